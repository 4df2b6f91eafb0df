$x = Get-FileHash -LiteralPath C:\Zdm\a.txt
