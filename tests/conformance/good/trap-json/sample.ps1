$x = ConvertTo-Json -InputObject @{ A = 1 } -Depth 4
$y = ConvertFrom-Json -InputObject '[1]'
