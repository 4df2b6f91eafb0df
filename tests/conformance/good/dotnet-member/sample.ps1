$x = [string]::IsNullOrWhiteSpace('a')
$y = 'abc'.Contains('B')
$z = 'a,b'.TrimEnd('b').TrimEnd()
