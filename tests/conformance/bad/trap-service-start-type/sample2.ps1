$x = Get-Service | Select-Object -Property Name, StartType
