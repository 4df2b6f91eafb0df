#requires -Version 2.0
function Get-It { [CmdletBinding(PositionalBinding = $false)] param([string]$Name) $Name }
