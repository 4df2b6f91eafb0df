$run = Invoke-ZdmNative -FilePath 'netsh.exe' -ArgumentList 'a', ''
