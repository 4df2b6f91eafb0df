#requires -Version 2.0
$x = New-Object -TypeName PSObject -Property @{ A = 1 }
$y = @('a', 'b') -contains 'a'
$z = @('a') | Where-Object { $_ -eq 'a' }
function Get-It { param([Parameter(Mandatory = $true)][string]$Name) $Name }
