$encoding = [System.Text.Encoding]::Default
