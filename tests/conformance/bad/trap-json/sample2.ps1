$x = ConvertFrom-Json -InputObject '[1]' | Where-Object { $_ }
