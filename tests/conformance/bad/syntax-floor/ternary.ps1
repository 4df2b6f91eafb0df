#requires -Version 2.0
$x = $true ? 1 : 2
