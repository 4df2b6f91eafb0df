#requires -Version 2.0
$x = $PSScriptRoot
