$x = Start-Job -ScriptBlock { Get-Date }
