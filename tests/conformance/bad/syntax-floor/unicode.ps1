#requires -Version 2.0
$x = "`u{41}"
