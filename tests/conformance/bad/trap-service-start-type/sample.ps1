$x = @(Get-Service) | Where-Object { $_.StartType -eq 'Manual' }
