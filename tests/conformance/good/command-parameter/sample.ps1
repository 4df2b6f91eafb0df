$query = @{ ZoneName = 'a' }
$query.Name = 'b'
$x = Get-DnsServerResourceRecord @query
$y = Get-ChildItem -Path C:\Zdm -File
