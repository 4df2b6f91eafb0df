#requires -Version 2.0
$found = Get-ChildItem -Path C:\Zdm
foreach ($one in $found) { $one.Name }
