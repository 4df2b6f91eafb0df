#requires -Version 2.0
$x = 1 -shl 2
