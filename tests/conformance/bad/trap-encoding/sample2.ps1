Set-Content -Path C:\Zdm\a.txt -Value 'a' -Encoding UTF8
