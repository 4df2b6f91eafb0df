#requires -Version 2.0
$x = @('a') | Where-Object Length -eq 1
