$x = Get-DnsServerResourceRecord -Name a
