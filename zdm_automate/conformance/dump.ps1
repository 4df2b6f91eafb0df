# Parses scripts with the engine's own parser and writes their syntax trees as flat JSON. It runs none of them.
# -List: a file with one path per line; -Out: the JSON file. Positions are UTF-16 units, lines and columns count from 1.
param([string]$List, [string]$Out)
$ErrorActionPreference = 'Stop'
Add-Type -Path (Join-Path -Path $PSScriptRoot -ChildPath 'dump.cs')
[ZdmTreeDump]::Write([System.IO.File]::ReadAllLines($List), $Out)
