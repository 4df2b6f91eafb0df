#requires -Version 2.0
if (Import-ZdmModule DhcpServer) { $x = 'there' }
$y = Get-DhcpServerv4Scope
