$x = Get-Item `
    -Path C:\Zdm
