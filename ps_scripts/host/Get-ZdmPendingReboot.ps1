function Get-ZdmPendingReboot {
    <#
    .SYNOPSIS
        Reads whether a restart is waiting, and why.
    .DESCRIPTION
        Looks at the registry with reg.exe, whose exit code is the same in every language and on every release: component servicing,
        Windows Update, files to be renamed at start, and a computer name that is not yet in force.
    .EXAMPLE
        Get-ZdmPendingReboot
    .OUTPUTS
        Zdm.PendingReboot
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    $windows = 'HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion'
    $control = 'HKLM\SYSTEM\CurrentControlSet\Control'
    $reasons = @()
    $run = Invoke-ZdmNative -FilePath 'reg.exe' -ArgumentList 'query', "$windows\Component Based Servicing\RebootPending"
    if ($run.ExitCode -eq 0) { $reasons += 'ComponentServicing' }
    $run = Invoke-ZdmNative -FilePath 'reg.exe' -ArgumentList 'query', "$windows\WindowsUpdate\Auto Update\RebootRequired"
    if ($run.ExitCode -eq 0) { $reasons += 'WindowsUpdate' }
    $run = Invoke-ZdmNative -FilePath 'reg.exe' -ArgumentList 'query', "$control\Session Manager", '/v', 'PendingFileRenameOperations'
    if ($run.ExitCode -eq 0) { $reasons += 'FileRename' }
    $names = Get-ZdmComputerNameRow
    if ($names.Active -ne $names.Coming) { $reasons += 'ComputerName' }
    New-ZdmFact -Type 'Zdm.PendingReboot' -Property @{ Pending = ($reasons.Count -gt 0); Reasons = [string[]]$reasons }
}
