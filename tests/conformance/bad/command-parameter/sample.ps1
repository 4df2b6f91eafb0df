$x = Get-DnsServerZone -Zone a
