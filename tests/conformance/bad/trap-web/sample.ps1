$x = Invoke-RestMethod -Uri http://192.0.2.1/
