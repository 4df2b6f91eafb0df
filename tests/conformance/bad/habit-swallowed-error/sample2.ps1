trap { continue }
Get-Date
