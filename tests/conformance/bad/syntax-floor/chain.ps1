#requires -Version 2.0
Get-Date && Get-Date
