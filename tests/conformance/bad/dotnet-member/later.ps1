#requires -Version 2.0
$x = [string]::IsNullOrWhiteSpace('a')
