$run = Invoke-ZdmNative -FilePath 'whoami.exe' -ArgumentList '/groups'
$x = $run.Output
