$x = Get-DnsServerResourceRecord -ZoneName a -ZoneScope b
