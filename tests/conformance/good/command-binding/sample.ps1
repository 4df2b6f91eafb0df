$x = Get-Process -Id 4
$y = Get-Item C:\Zdm
$z = @('C:\Zdm') | Get-Item
