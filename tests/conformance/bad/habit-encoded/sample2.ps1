$x = [System.Convert]::FromBase64String($env:BLOB)
