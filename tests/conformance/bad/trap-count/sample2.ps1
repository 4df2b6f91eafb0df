$found = Get-ChildItem -Path C:\Zdm | Where-Object { $_.PSIsContainer }
if ($found.Length) { $found }
