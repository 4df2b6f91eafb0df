#requires -Version 2.0
$names = @(Get-ChildItem -Path C:\Zdm | ForEach-Object { $_.Name })
