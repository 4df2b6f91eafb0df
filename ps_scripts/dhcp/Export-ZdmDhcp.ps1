function Export-ZdmDhcp {
    <#
    .SYNOPSIS
        Writes the DHCP server's configuration and leases into a file on that host.
    .DESCRIPTION
        An earlier file of the same name is replaced: only the leases of this moment are of use. 2008 R2 and older write netsh's own form,
        which only `netsh dhcp server import` reads; while netsh exports, the scopes are out of service for a moment.
    .PARAMETER Path
        Full path of the file, below C:\Zdm.
    .PARAMETER Leases
        Whether the leases come along; netsh always takes them.
    .EXAMPLE
        Export-ZdmDhcp -Path C:\Zdm\dhcp.xml
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmFile
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[Cc]:\\[Zz]dm\\[^*?]+$')]
        [string]$Path,

        [Parameter(Mandatory = $false)]
        [bool]$Leases = $true
    )
    $way = Get-ZdmDhcpWay
    if ($way -eq 'none') { Stop-ZdmVerb -Code Precondition -Message 'This host has no DHCP server.' -Target 'DHCPServer' }
    $before = Get-ZdmFileState -Path $Path
    if (-not $PSCmdlet.ShouldProcess($Path, 'export the DHCP server')) {
        New-ZdmChange -Verb 'Export-ZdmDhcp' -Target $Path -Changed $false -Before $before -After $before
        return
    }
    $folder = Split-Path -Path $Path -Parent
    if (-not (Test-Path -LiteralPath $folder)) { $null = New-Item -Path $folder -ItemType Directory }
    if ($way -eq 'module') { Export-DhcpServer -File $Path -Leases:$Leases -Force }
    else { $null = Invoke-ZdmDhcpNetsh -Words 'export', $Path, 'all' }
    $after = Get-ZdmFileState -Path $Path
    if (-not $after.Exists -or $after.Bytes -eq 0) {
        Stop-ZdmVerb -Code VerifyFailed -Message "There is no file '$Path' after the export." -Target $Path
    }
    New-ZdmChange -Verb 'Export-ZdmDhcp' -Target $Path -Changed $true -Before $before -After $after
}
