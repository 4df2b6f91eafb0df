param([string]$Name)
$x = $Name.Replace('a', 'b', [System.StringComparison]::Ordinal)
