$x = @(Get-ChildItem -Path C:\Zdm) | Sort-Object -Property Name | Sort-Object -Property Length
