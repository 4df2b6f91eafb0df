$x = Get-Content -Path C:\Zdm\a.bin -Encoding Byte
