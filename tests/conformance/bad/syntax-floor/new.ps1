#requires -Version 2.0
$x = [System.Text.StringBuilder]::new()
