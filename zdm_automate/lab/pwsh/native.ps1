# Runs one program of Windows where the host knows it: as a function of the start-up or of one of its modules, not as a cmdlet.
# The words of the line come in ZDM_LAB_WORDS, one a line. Answers like cmd.exe where there is no such program.
$words = @($env:ZDM_LAB_WORDS -split "`n")
Remove-Item -LiteralPath Env:ZDM_LAB_WORDS
$name = $words[0].Substring($words[0].LastIndexOf([char]'\') + 1)
$found = @(Get-Command -Name $name, "$name.exe" -CommandType Function -ErrorAction SilentlyContinue |
    Where-Object { -not $_.Noun -and ($_.Module -or $_.ScriptBlock.File) })
if ($found.Count -eq 0) {
    [Console]::Error.Write("'$($words[0])' is not recognized as an internal or external command,`r`noperable program or batch file.`r`n")
    exit 1
}
$arguments = @($words | Select-Object -Skip 1)
$global:LASTEXITCODE = 0
& $found[0] @arguments
exit $global:LASTEXITCODE
