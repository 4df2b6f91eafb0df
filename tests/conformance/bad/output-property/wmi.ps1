$service = Get-WmiObject -Class Win32_Service -Filter "Name='DNS'"
$x = $service.StartupMode
