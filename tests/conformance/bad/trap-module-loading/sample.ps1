Import-Module -Name DnsServer
