param([string[]]$Name)
$found = @(Get-ChildItem -Path C:\Zdm)
$text = 'abc'
$table = @{ A = 1 }
$list = @()
$list += 'a'
$all = @($found.Count, $Name.Count, $text.Length, $table.Count, $table.Keys.Count, $list.Count)
$all -join ' '
