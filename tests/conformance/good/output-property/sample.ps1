foreach ($scope in @(Get-DhcpServerv4Scope)) { $x = $scope.SubnetMask }
$y = @(Get-DhcpServerv4Scope | Where-Object { $_.State -eq 'Active' } | ForEach-Object { $_.Name })
$record = @(Get-DnsServerResourceRecord -ZoneName a)[0]
$z = $record.RecordData.IPv4Address
$entry = Get-ADObject -Filter * -Properties 'dhcpServers'
$all = @($entry.dhcpServers, $record.PSComputerName, $x, $y, $z)
$all.Count
