#requires -Version 2.0
$x = @('a') | ForEach-Object ToUpper
