$x = Get-Process -Name a -Id 4
