function Get-ZdmDhcpExclusion {
    <#
    .SYNOPSIS
        Reads the ranges that are not leased.
    .DESCRIPTION
        2008 R2 and older have no DhcpServer module: there the text of `netsh dhcp server dump` goes back, which is the same in every language.
    .EXAMPLE
        Get-ZdmDhcpExclusion
    .OUTPUTS
        Zdm.DhcpExclusion
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    $way = Get-ZdmDhcpWay
    if ($way -eq 'none') { return }
    if ($way -eq 'netsh') {
        New-ZdmNativeText -Tool 'netsh' -Command 'dhcp server dump' -Lines @(Invoke-ZdmDhcpNetsh -Words 'dump')
        return
    }

    foreach ($range in @(Get-DhcpServerv4ExclusionRange)) {
        New-ZdmFact -Type 'Zdm.DhcpExclusion' -Property @{
            ScopeId    = [string]$range.ScopeId
            StartRange = [string]$range.StartRange
            EndRange   = [string]$range.EndRange
        }
    }
}
