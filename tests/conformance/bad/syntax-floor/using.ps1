#requires -Version 2.0
$x = { $using:name }
