$read = { Get-Date }
$now = & $read
$run = Invoke-ZdmNative -FilePath 'netsh.exe' -ArgumentList 'dhcp', 'server', 'dump'
$run.ExitCode
