#requires -Version 2.0
$x = $null ?? 1
