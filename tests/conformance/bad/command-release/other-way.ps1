#requires -Version 2.0
$way = Get-ZdmDnsWay
if ($way -eq 'module') { $x = 'there' } else { $y = Get-DnsServerZone }
