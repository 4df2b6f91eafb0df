$run = Invoke-ZdmNative -FilePath 'robocopy.exe' -ArgumentList 'C:\a b\'
