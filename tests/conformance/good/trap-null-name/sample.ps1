param([Parameter(Mandatory = $true)][string]$Name)
Get-Service -Name $Name
