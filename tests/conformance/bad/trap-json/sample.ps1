$x = ConvertTo-Json -InputObject @{ A = 1 }
