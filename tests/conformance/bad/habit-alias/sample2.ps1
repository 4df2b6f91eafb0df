$x = ls -Path C:\Zdm
