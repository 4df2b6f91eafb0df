#requires -Version 2.0
$x = ConvertTo-Json -InputObject @(1) -Depth 3
