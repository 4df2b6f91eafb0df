#requires -Version 5.1
$x = @(1) | ForEach-Object -Parallel { $_ }
