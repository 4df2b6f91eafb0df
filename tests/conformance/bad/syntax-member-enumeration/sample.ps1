#requires -Version 2.0
$names = @(Get-ChildItem -Path C:\Zdm).Name
