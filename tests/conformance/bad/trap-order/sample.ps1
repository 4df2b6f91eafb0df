$x = @(1, 2) | Group-Object
