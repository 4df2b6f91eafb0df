Write-Host 'done'
