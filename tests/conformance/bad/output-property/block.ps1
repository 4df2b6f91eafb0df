$x = @(Get-DhcpServerv4Scope | Where-Object { $_.IsActive -eq 'Active' })
