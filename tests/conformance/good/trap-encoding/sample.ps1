Set-Content -Path C:\Zdm\a.txt -Value 'a' -Encoding ASCII
$x = Get-Content -Path C:\Zdm\a.txt -Encoding Unicode
