#requires -Version 2.0
param([Parameter(Mandatory = $true)][string[]]$Name, [string[]]$Also = @())
foreach ($one in @(Get-ChildItem -Path C:\Zdm)) { if ($null -ne $one) { $one.Name } }
foreach ($one in $Name) { $one }
foreach ($one in $Also) { $one }
foreach ($one in 1..3) { $one }
