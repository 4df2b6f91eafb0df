$name = $null
if (Test-Path -Path C:\Zdm) { $name = 'DNS' }
Get-Service -Name $name
