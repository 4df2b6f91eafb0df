#requires -Version 2.0
$x = Get-Item -Path C:\Zdm 3>&1
