#requires -Version 2.0
param([string[]]$Name)
foreach ($one in $Name) { $one }
