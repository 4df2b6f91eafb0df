function Get-ZdmDnsRecord {
    <#
    .SYNOPSIS
        Reads the records of one zone, or of all primary zones of this DNS server.
    .DESCRIPTION
        By the DnsServer module, or by WMI (2008 R2 and older). Data is canonical text: host names end with a dot, an MX is
        preference and host, an SRV priority, weight, port and host, an SOA its primary server. Zones that the server made
        itself and TrustAnchors are read only when named. A host without the role gives nothing.
    .PARAMETER Zone
        The zone. Empty: every primary zone.
    .EXAMPLE
        Get-ZdmDnsRecord -Zone example.local
    .OUTPUTS
        Zdm.DnsRecord
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $false)]
        [string]$Zone = ''
    )
    $way = Get-ZdmDnsWay
    if ($way -eq 'none') { return }
    $zones = @($Zone)
    if ($Zone -eq '') {
        $zones = @()
        foreach ($row in @(Get-ZdmDnsZoneRow -Way $way)) {
            if ($row.ZoneType -eq 'Primary' -and -not $row.IsAutoCreated -and $row.ZoneName -ne 'TrustAnchors') { $zones += $row.ZoneName }
        }
    }
    foreach ($name in $zones) {
        foreach ($record in @(Get-ZdmDnsRecordRow -Way $way -Zone $name)) {
            New-ZdmFact -Type 'Zdm.DnsRecord' -Property @{
                ZoneName     = $name
                HostName     = $record.HostName
                RecordType   = $record.RecordType
                Data         = $record.Data
                TtlSeconds   = $record.TtlSeconds
                TimestampUtc = $record.TimestampUtc
                IsStatic     = $record.IsStatic
            }
        }
    }
}
