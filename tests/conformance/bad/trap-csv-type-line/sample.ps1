$x = @(Get-Date) | ConvertTo-Csv
