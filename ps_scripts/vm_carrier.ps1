param([hashtable]$ZdmArguments)
# Runs on a Hyper-V host and carries a call to a guest by PowerShell Direct: the guest needs neither a network nor WinRM.
# ZdmVmName, ZdmVmAccount, ZdmVmText and ZdmVmOpening are its own arguments, all others are the call's. The session is held in the
# runspace under the machine's name; the reply is one text, CLIXML as the agent over WinRS gives it. 5.1 syntax, ASCII.
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function Stop-ZdmVmCarrier {
    # Ends with an error record of this id.
    param([string]$Id, [string]$Message, [string]$Target)
    $problem = New-Object -TypeName System.InvalidOperationException -ArgumentList $Message
    throw (New-Object -TypeName System.Management.Automation.ErrorRecord -ArgumentList $problem, $Id, 'ConnectionError', $Target)
}

$ZdmVmValues = @{}
foreach ($ZdmVmKey in @($ZdmArguments.Keys)) {
    if (-not $ZdmVmKey.StartsWith('ZdmVm')) { $ZdmVmValues[$ZdmVmKey] = $ZdmArguments[$ZdmVmKey] }
}
$ZdmVmHolder = 'ZdmVmSession_' + $ZdmArguments.ZdmVmName
$ZdmVmSession = Get-Variable -Name $ZdmVmHolder -Scope Global -ValueOnly -ErrorAction SilentlyContinue
if ($ZdmArguments.ZdmVmOpening) {
    if ($null -ne $ZdmVmSession) { Remove-PSSession -Session $ZdmVmSession }
    try { $ZdmVmSession = New-PSSession -VMName $ZdmArguments.ZdmVmName -Credential $ZdmArguments.ZdmVmAccount }
    catch { Stop-ZdmVmCarrier -Id 'ZdmVmUnreachable' -Message $_.Exception.Message -Target $ZdmArguments.ZdmVmName }
    Set-Variable -Name $ZdmVmHolder -Scope Global -Value $ZdmVmSession
}
if ($null -eq $ZdmVmSession -or [string]$ZdmVmSession.State -ne 'Opened') {
    Stop-ZdmVmCarrier -Id 'ZdmVmNotOpen' -Message 'There is no open session with the guest.' -Target $ZdmArguments.ZdmVmName
}
$ZdmVmBlock = {
    param([string]$ZdmText, [hashtable]$ZdmValues, [bool]$ZdmOpening)
    $ZdmFound = New-Object -TypeName System.Collections.ArrayList
    $ZdmBlock = [scriptblock]::Create($ZdmText)
    # the prelude defines what the verbs use, so it runs in this scope; a verb runs in a scope of its own
    try {
        if ($ZdmOpening) { . ([scriptblock]::Create('. $ZdmBlock *>&1 | ForEach-Object { $null = $ZdmFound.Add($_) }')) }
        else { . ([scriptblock]::Create('& $ZdmBlock -ZdmArguments $ZdmValues *>&1 | ForEach-Object { $null = $ZdmFound.Add($_) }')) }
    }
    catch { $null = $ZdmFound.Add($_) }
    $ZdmReply = @{ Output = @(); Errors = @(); Warnings = @(); Verbose = @(); Debug = @(); Information = @(); HadErrors = $false }
    foreach ($ZdmItem in $ZdmFound) {
        $ZdmKind = ''
        if ($null -ne $ZdmItem) { $ZdmKind = $ZdmItem.GetType().Name }
        switch ($ZdmKind) {
            'ErrorRecord' {
                $ZdmReply.HadErrors = $true
                $ZdmReply.Errors += @{
                    ErrorId       = [string]$ZdmItem.FullyQualifiedErrorId
                    Message       = [string]$ZdmItem.Exception.Message
                    Category      = [string]$ZdmItem.CategoryInfo.Category
                    Target        = [string]$ZdmItem.TargetObject
                    ExceptionType = $ZdmItem.Exception.GetType().FullName
                    ScriptStack   = ''
                }
            }
            'WarningRecord' { $ZdmReply.Warnings += [string]$ZdmItem.Message }
            'VerboseRecord' { $ZdmReply.Verbose += [string]$ZdmItem.Message }
            'DebugRecord' { $ZdmReply.Debug += [string]$ZdmItem.Message }
            'InformationRecord' { $ZdmReply.Information += [string]$ZdmItem.MessageData }
            default { $ZdmReply.Output += , $ZdmItem }
        }
    }
    return [System.Management.Automation.PSSerializer]::Serialize($ZdmReply, 6)
}
try {
    $ZdmVmReply = Invoke-Command -Session $ZdmVmSession -ScriptBlock $ZdmVmBlock -ArgumentList $ZdmArguments.ZdmVmText, $ZdmVmValues, $ZdmArguments.ZdmVmOpening
}
catch { Stop-ZdmVmCarrier -Id 'ZdmVmLost' -Message $_.Exception.Message -Target $ZdmArguments.ZdmVmName }
return ([string]$ZdmVmReply)
