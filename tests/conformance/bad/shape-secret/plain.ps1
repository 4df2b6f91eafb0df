$x = ConvertTo-SecureString -String $env:SECRET -AsPlainText -Force
