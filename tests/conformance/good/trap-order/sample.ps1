$x = @(1, 2) | Group-Object | Sort-Object -Property Name
