$found = Get-ChildItem -Path C:\Zdm
$many = $found.Count -gt 1
