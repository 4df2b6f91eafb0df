#requires -Version 2.0
$x = [ordered]@{ A = 1 }
