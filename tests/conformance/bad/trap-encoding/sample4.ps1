$x = Get-Content -Path C:\Zdm\a.txt
