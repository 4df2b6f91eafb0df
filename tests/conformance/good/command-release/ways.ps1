#requires -Version 2.0
$way = Get-ZdmDnsWay
if ($way -eq 'none') { return }
if ($way -eq 'wmi') { return }
$zones = @(Get-DnsServerZone)
if ((Get-ZdmDhcpWay) -ne 'module') { return }
$scopes = @(Get-DhcpServerv4Scope)
$all = @($zones.Count, $scopes.Count)
if ($all[0] -gt 1 -and (Test-ZdmCommand Get-FileHash)) { $hash = Get-FileHash -LiteralPath C:\Zdm\a.txt }
if (-not (Import-ZdmModule ServerManager)) { throw $hash }
if (Test-ZdmCommand Install-WindowsFeature) { $result = Install-WindowsFeature -Name DHCP }
else { $result = Add-WindowsFeature -Name DHCP }
$read = { Get-DhcpServerv4Scope }
$null = & $read
$null = $result
