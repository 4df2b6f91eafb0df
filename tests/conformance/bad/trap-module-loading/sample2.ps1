Import-ZdmModule DnsServer
Get-Date
