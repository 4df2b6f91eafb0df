$rows = @(Get-ZdmDnsZoneRow -Way 'module')
$x = @($rows | Where-Object { $_.Kind -eq 'Primary' })
