$run = Invoke-ZdmNative -FilePath 'powershell.exe' -ArgumentList '-EncodedCommand', $env:BLOB
