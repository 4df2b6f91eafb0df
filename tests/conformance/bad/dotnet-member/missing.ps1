$x = [System.IO.Path]::Join('a', 'b')
