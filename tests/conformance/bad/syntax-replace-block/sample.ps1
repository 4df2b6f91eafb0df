$x = 'a1' -replace '\d', { 'b' }
