$x = [System.HashCode]
