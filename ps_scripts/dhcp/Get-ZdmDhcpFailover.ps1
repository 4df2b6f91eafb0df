function Get-ZdmDhcpFailover {
    <#
    .SYNOPSIS
        Reads the failover relationships.
    .DESCRIPTION
        Windows Server 2012 and later; an older host has none and gives nothing.
    .EXAMPLE
        Get-ZdmDhcpFailover
    .OUTPUTS
        Zdm.DhcpFailover
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    $way = Get-ZdmDhcpWay
    if ($way -ne 'module') { return }
    foreach ($found in @(Get-DhcpServerv4Failover)) {
        $role = $null
        if ($null -ne $found.ServerRole) { $role = [string]$found.ServerRole }
        $percent = $null
        if ($null -ne $found.LoadBalancePercent) { $percent = [int]$found.LoadBalancePercent }
        New-ZdmFact -Type 'Zdm.DhcpFailover' -Property @{
            Name                     = [string]$found.Name
            PartnerServer            = [string]$found.PartnerServer
            Mode                     = [string]$found.Mode
            ServerRole               = $role
            LoadBalancePercent       = $percent
            State                    = [string]$found.State
            ScopeIds                 = [string[]]@($found.ScopeId | ForEach-Object { [string]$_ })
            MaxClientLeadTimeSeconds = [int]$found.MaxClientLeadTime.TotalSeconds
        }
    }
}
