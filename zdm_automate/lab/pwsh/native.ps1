# Runs one program of Windows where the host knows it: as a function that is not PowerShell's own, nor a cmdlet's.
# The words of the line come in ZDM_LAB_WORDS, one a line. Answers like cmd.exe where there is no such program.
# It uses no cmdlet: which of them there are, and what they do, is the host's business.
$words = @([Environment]::GetEnvironmentVariable('ZDM_LAB_WORDS') -split "`n")
[Environment]::SetEnvironmentVariable('ZDM_LAB_WORDS', $null)
$name = $words[0].Substring($words[0].LastIndexOf([char]'\') + 1)
$own = @{}
foreach ($command in [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2().Commands) { $own[$command.Name] = $true }
$program = $null
foreach ($candidate in $name, "$name.exe") {
    $found = $ExecutionContext.InvokeCommand.GetCommand($candidate, 'Function')
    if ($null -eq $program -and $null -ne $found -and -not $found.Noun -and -not $own[$candidate]) {
        $program = $found
    }
}
if ($null -eq $program) {
    [Console]::Error.Write("'$($words[0])' is not recognized as an internal or external command,`r`noperable program or batch file.`r`n")
    exit 1
}
$arguments = @()
if ($words.Count -gt 1) { $arguments = @($words[1..($words.Count - 1)]) }
$global:LASTEXITCODE = 0
& $program @arguments
exit $global:LASTEXITCODE
