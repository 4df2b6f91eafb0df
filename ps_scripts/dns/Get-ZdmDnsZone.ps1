function Get-ZdmDnsZone {
    <#
    .SYNOPSIS
        Reads the zones of this DNS server.
    .DESCRIPTION
        By the DnsServer module, or by WMI and dnscmd (2008 R2 and older). Zones of the server's own making are among them
        and say so; the cache is not. A host without the role gives nothing.
    .EXAMPLE
        Get-ZdmDnsZone
    .OUTPUTS
        Zdm.DnsZone
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    $way = Get-ZdmDnsWay
    if ($way -eq 'none') { return }
    foreach ($row in @(Get-ZdmDnsZoneRow -Way $way)) {
        New-ZdmFact -Type 'Zdm.DnsZone' -Property $row
    }
}
