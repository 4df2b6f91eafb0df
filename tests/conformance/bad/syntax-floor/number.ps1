#requires -Version 2.0
$x = 0b101
