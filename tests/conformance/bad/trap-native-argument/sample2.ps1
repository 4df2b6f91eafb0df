$run = Invoke-ZdmNative -FilePath 'netsh.exe' -ArgumentList 'say "it"'
