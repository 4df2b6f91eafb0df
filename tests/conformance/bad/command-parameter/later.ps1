#requires -Version 2.0
$x = Get-ChildItem -Path C:\Zdm -File
