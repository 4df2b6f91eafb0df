#requires -Version 2.0
$x = [pscustomobject]@{ A = 1 }
