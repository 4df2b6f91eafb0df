$x = Test-Path -LiteralPath 'C:\Zdm\*.txt'
