$query = @{ ZoneName = 'a'; Nam = 'b' }
$x = Get-DnsServerResourceRecord @query
