$run = Invoke-ZdmNative -FilePath 'netsh' -ArgumentList 'dump'
