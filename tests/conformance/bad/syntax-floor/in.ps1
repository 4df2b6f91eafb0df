#requires -Version 2.0
$x = 'a' -in @('a', 'b')
