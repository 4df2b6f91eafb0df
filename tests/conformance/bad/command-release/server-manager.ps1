#requires -Version 2.0
if (-not (Import-ZdmModule ServerManager)) { return }
$result = Install-WindowsFeature -Name DHCP
