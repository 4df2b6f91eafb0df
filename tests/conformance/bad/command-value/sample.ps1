$x = Get-DnsServerResourceRecord -ZoneName a -Name b -RRType Host
