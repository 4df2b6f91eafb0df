#requires -Version 2.0
$x = Get-Item -Path C:\Zdm -ErrorAction Ignore
