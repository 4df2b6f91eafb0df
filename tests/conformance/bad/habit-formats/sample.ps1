Get-Date | Format-List
