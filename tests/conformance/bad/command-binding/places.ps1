$x = Get-Date a b c d
