$query = @{ ZoneName = 'a' }
$query.Nam = 'b'
$x = Get-DnsServerResourceRecord @query
