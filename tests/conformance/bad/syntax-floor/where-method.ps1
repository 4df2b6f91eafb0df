#requires -Version 2.0
$x = @('a').Where({ $true })
