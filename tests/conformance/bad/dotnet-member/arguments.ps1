$x = 'abc'.Contains('B', [System.StringComparison]::OrdinalIgnoreCase)
