#requires -Version 2.0
function Get-It { param([Parameter(Mandatory)][string]$Name) $Name }
