Invoke-Expression 'Get-Date'
