#requires -Version 2.0
$x = @(1) | ForEach-Object -Parallel { $_ }
