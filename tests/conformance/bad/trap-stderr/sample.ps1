$x = Get-Item -Path C:\Zdm 2>$null
