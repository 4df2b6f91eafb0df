function Import-ZdmDhcp {
    <#
    .SYNOPSIS
        Brings an exported DHCP configuration in, with its leases.
    .DESCRIPTION
        Does nothing where all named scopes are there. A scope that is there is never overwritten. The server's database is backed up first.
        A file made by netsh is brought in by netsh, and the service restarted so that it shows.
    .PARAMETER Path
        Full path of the file.
    .PARAMETER ScopeId
        The scopes that must be there afterwards.
    .PARAMETER BackupPath
        A folder on this host for the backup of the database.
    .PARAMETER Leases
        Whether the leases come along.
    .PARAMETER Netsh
        Whether netsh made the file.
    .EXAMPLE
        Import-ZdmDhcp -Path C:\Zdm\dhcp.xml -ScopeId 192.168.16.0 -BackupPath C:\Zdm\backup
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 3.0
        Reader: Get-ZdmDhcpScope
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string[]]$ScopeId,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$BackupPath,

        [Parameter(Mandatory = $false)]
        [bool]$Leases = $true,

        [Parameter(Mandatory = $false)]
        [bool]$Netsh = $false
    )
    if ((Get-ZdmDhcpWay) -ne 'module') { Stop-ZdmVerb -Code Unsupported -Message 'This needs the DhcpServer module of Windows Server 2012 or later.' -Target 'DhcpServer' }
    $read = { @{ ScopeIds = [string[]]@(Get-DhcpServerv4Scope | ForEach-Object { [string]$_.ScopeId } | Sort-Object) } }
    $before = & $read
    $missing = @($ScopeId | Where-Object { $before.ScopeIds -notcontains $_ })
    if ($missing.Count -eq 0 -or -not $PSCmdlet.ShouldProcess($Path, "import $($missing -join ', ')")) {
        New-ZdmChange -Verb 'Import-ZdmDhcp' -Target $Path -Changed $false -Before $before -After $before
        return
    }
    if (-not (Test-Path -LiteralPath $Path)) {
        Stop-ZdmVerb -Code NotFound -Message "There is no file '$Path'." -Target $Path -Category ObjectNotFound
    }
    if ($Netsh) {
        Backup-DhcpServer -Path $BackupPath
        $null = Invoke-ZdmDhcpNetsh -Words 'import', $Path, 'all'
        Restart-Service -Name DHCPServer -Force
    }
    else {
        Import-DhcpServer -File $Path -BackupPath $BackupPath -Leases:$Leases -Force
    }
    $after = & $read
    $missing = @($ScopeId | Where-Object { $after.ScopeIds -notcontains $_ })
    if ($missing.Count -gt 0) {
        Stop-ZdmVerb -Code VerifyFailed -Message "The scopes $($missing -join ', ') are not there after the import." -Target $Path
    }
    New-ZdmChange -Verb 'Import-ZdmDhcp' -Target $Path -Changed $true -Before $before -After $after
}
