$record = @(Get-DnsServerResourceRecord -ZoneName a)[0]
$x = $record.RecordData.Address
