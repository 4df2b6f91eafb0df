$run = Invoke-ZdmNative -FilePath 'netsch.exe' -ArgumentList 'dump'
