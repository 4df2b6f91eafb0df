function Add-ZdmDhcpFailover {
    <#
    .SYNOPSIS
        Makes a hot standby relationship with another DHCP server.
    .DESCRIPTION
        Scopes and leases are made on the partner. Both sides need Windows Server 2012 or later and the same time.
    .PARAMETER Name
        Name of the relationship.
    .PARAMETER PartnerServer
        The partner's full DNS name.
    .PARAMETER ScopeId
        The scopes that go in.
    .PARAMETER ServerRole
        Role of the host this runs on: Active or Standby.
    .EXAMPLE
        Add-ZdmDhcpFailover -Name cutover -PartnerServer dc2.example.net -ScopeId 10.20.0.0
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 3.0
        Reader: Get-ZdmDhcpFailover
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$PartnerServer,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string[]]$ScopeId,

        [Parameter(Mandatory = $false)]
        [ValidateSet('Active', 'Standby')]
        [string]$ServerRole = 'Active'
    )
    if ((Get-ZdmDhcpWay) -ne 'module') { Stop-ZdmVerb -Code Unsupported -Message 'This needs the DhcpServer module of Windows Server 2012 or later.' -Target 'DhcpServer' }
    $read = {
        $found = @(Get-DhcpServerv4Failover | Where-Object { [string]$_.Name -eq $Name })
        if ($found.Count -eq 0) { return @{ PartnerServer = $null; ScopeIds = [string[]]@() } }
        @{ PartnerServer = [string]$found[0].PartnerServer; ScopeIds = [string[]]@($found[0].ScopeId | ForEach-Object { [string]$_ } | Sort-Object) }
    }
    $before = & $read
    $wanted = ($ScopeId | Sort-Object) -join ' '
    if ($null -ne $before.PartnerServer -and ($before.PartnerServer -ne $PartnerServer -or ($before.ScopeIds -join ' ') -ne $wanted)) {
        Stop-ZdmVerb -Code AlreadyExists -Message "The relationship '$Name' is there with another partner or other scopes." -Target $Name
    }
    if ($null -ne $before.PartnerServer -or -not $PSCmdlet.ShouldProcess($Name, "failover with $PartnerServer")) {
        New-ZdmChange -Verb 'Add-ZdmDhcpFailover' -Target $Name -Changed $false -Before $before -After $before
        return
    }
    $setting = @{ Name = $Name; PartnerServer = $PartnerServer; ScopeId = $ScopeId; ServerRole = $ServerRole; Force = $true }
    Add-DhcpServerv4Failover @setting
    $after = & $read
    if ($after.PartnerServer -ne $PartnerServer) {
        Stop-ZdmVerb -Code VerifyFailed -Message "The relationship '$Name' is not there after the change." -Target $Name
    }
    New-ZdmChange -Verb 'Add-ZdmDhcpFailover' -Target $Name -Changed $true -Before $before -After $after
}
