# What answers calls inside one powershell.exe where PowerShell remoting is missing or broken. PowerShell 2.0 syntax, ASCII.
# It comes on standard input and reads each call there: no script, argument or secret is ever on a command line or in a file.
# A call: `call ID`, the script's lines each after a blank, `arg NAME TYPE VALUE` lines, `go`. The reply: lines `ZDM ID TEXT`
# with CLIXML in base64, ended by `ZDM ID .`. Anything else on standard output was written by something that is not ours.

$ProgressPreference = 'SilentlyContinue'
$ZdmText = [System.Text.Encoding]::UTF8
$ZdmRunspace = $null
# 3.0 and later can send all streams one way; to 2.0 that is no syntax
$ZdmMerge = $true
try { $null = [scriptblock]::Create('& $ZdmBlock *>&1') } catch { $ZdmMerge = $false }
$ZdmSerializer = [psobject].Assembly.GetType('System.Management.Automation.PSSerializer')

function ConvertFrom-ZdmCallText {
    # Text that came as base64 of UTF-8.
    param([string]$Value)
    return $ZdmText.GetString([System.Convert]::FromBase64String($Value))
}

function ConvertFrom-ZdmCallSecret {
    # A SecureString from text, letter by letter.
    param([string]$Value)
    $secret = New-Object -TypeName System.Security.SecureString
    foreach ($letter in (ConvertFrom-ZdmCallText $Value).ToCharArray()) { $secret.AppendChar($letter) }
    $secret.MakeReadOnly()
    return , $secret
}

function ConvertFrom-ZdmCallValue {
    # One argument by its type.
    param([string]$Type, [string]$Value)
    switch ($Type) {
        'text' { return (ConvertFrom-ZdmCallText $Value) }
        'int' { return [int]$Value }
        'long' { return [long]$Value }
        'bool' { return ($Value -eq '1') }
        'list' {
            $items = @()
            if ($Value -ne '') { $items = @($Value.Split(',') | ForEach-Object { ConvertFrom-ZdmCallText $_ }) }
            return , ([string[]]$items)
        }
        'secret' { return , (ConvertFrom-ZdmCallSecret $Value) }
        'account' {
            $parts = $Value.Split(',')
            $account = @((ConvertFrom-ZdmCallText $parts[0]), (ConvertFrom-ZdmCallSecret $parts[1]))
            return New-Object -TypeName System.Management.Automation.PSCredential -ArgumentList $account
        }
    }
    return $null
}

function ConvertTo-ZdmCallError {
    # An error record as a flat object; bound parameters are left out.
    param($Record)
    return New-Object -TypeName PSObject -Property @{
        ErrorId       = [string]$Record.FullyQualifiedErrorId
        Message       = [string]$Record.Exception.Message
        Category      = [string]$Record.CategoryInfo.Category
        Target        = [string]$Record.TargetObject
        ExceptionType = $Record.Exception.GetType().FullName
        ScriptStack   = ''
    }
}

function Split-ZdmCallStream {
    # What came, stream by stream, as a hashtable.
    param($Found)
    $reply = @{ Output = @(); Errors = @(); Warnings = @(); Verbose = @(); Debug = @(); Information = @(); HadErrors = $false }
    foreach ($item in $Found) {
        $kind = ''
        if ($null -ne $item) { $kind = $item.GetType().Name }
        switch ($kind) {
            'ErrorRecord' {
                $reply.Errors += ConvertTo-ZdmCallError $item
                $reply.HadErrors = $true
            }
            'WarningRecord' { $reply.Warnings += [string]$item.Message }
            'VerboseRecord' { $reply.Verbose += [string]$item.Message }
            'DebugRecord' { $reply.Debug += [string]$item.Message }
            'InformationRecord' { $reply.Information += [string]$item.MessageData }
            default { $reply.Output += , $item }
        }
    }
    return $reply
}

function Invoke-ZdmCallAlone {
    # As 2.0 can: in a runspace of its own, for as long as this process lives, which keeps the streams apart by itself.
    param([string]$Text, [bool]$Local, [hashtable]$Values, $Found)
    if ($null -eq $script:ZdmRunspace) {
        $script:ZdmRunspace = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace()
        $script:ZdmRunspace.Open()
    }
    $shell = [powershell]::Create()
    $shell.Runspace = $script:ZdmRunspace
    $null = $shell.AddScript($Text, $Local)
    if ($Local) { $null = $shell.AddParameter('ZdmArguments', $Values) }
    try { foreach ($item in $shell.Invoke()) { $null = $Found.Add($item) } }
    catch [System.Management.Automation.MethodInvocationException] {
        $problem = $_.Exception.InnerException
        if ($null -eq $problem -or $null -eq $problem.PSObject.Properties['ErrorRecord']) { throw }
        $null = $Found.Add($problem.ErrorRecord)
    }
    foreach ($name in 'Error', 'Warning', 'Verbose', 'Debug') {
        foreach ($record in @($shell.Streams.$name)) { if ($null -ne $record) { $null = $Found.Add($record) } }
    }
    $shell.Dispose()
}

function ConvertTo-ZdmCallXml {
    # CLIXML of a reply. 2.0 writes it to files only: one of results, never of arguments, gone before the reply is sent.
    param($Value)
    if ($null -ne $ZdmSerializer) { return [System.Management.Automation.PSSerializer]::Serialize($Value, 6) }
    $file = [System.IO.Path]::GetTempFileName()
    try {
        Export-Clixml -InputObject $Value -Path $file -Depth 6 -Encoding Unicode
        return [System.IO.File]::ReadAllText($file)
    }
    finally { [System.IO.File]::Delete($file) }
}

function Write-ZdmCallReply {
    # The lines of a reply, short enough for any console.
    param([string]$Id, [string]$Text)
    [string]$all = [System.Convert]::ToBase64String($ZdmText.GetBytes($Text))
    for ($start = 0; $start -lt $all.Length; $start += 4000) {
        [System.Console]::Out.WriteLine("ZDM $Id " + $all.Substring($start, [Math]::Min(4000, $all.Length - $start)))
    }
    [System.Console]::Out.WriteLine("ZDM $Id .")
    [System.Console]::Out.Flush()
}

while ($null -ne ($ZdmLine = [System.Console]::In.ReadLine())) {
    if (-not $ZdmLine.StartsWith('call ')) { continue }
    $ZdmId = $ZdmLine.Substring(5)
    $ZdmScript = New-Object -TypeName System.Text.StringBuilder
    $ZdmValues = @{}
    $ZdmWhole = $false
    while ($null -ne ($ZdmLine = [System.Console]::In.ReadLine())) {
        if ($ZdmLine.StartsWith(' ')) { $null = $ZdmScript.Append($ZdmLine.Substring(1)).Append("`n") }
        elseif ($ZdmLine.StartsWith('arg ')) {
            $ZdmWords = ($ZdmLine + '   ').Split(' ')
            $ZdmValues[$ZdmWords[1]] = ConvertFrom-ZdmCallValue -Type $ZdmWords[2] -Value $ZdmWords[3]
        }
        elseif ($ZdmLine -ceq 'go') {
            $ZdmWhole = $true
            break
        }
    }
    if (-not $ZdmWhole) { break }
    $ZdmBlock = [scriptblock]::Create($ZdmScript.ToString().TrimEnd("`n"))
    $ZdmFound = New-Object -TypeName System.Collections.ArrayList
    # the prelude defines what the verbs use, so it runs in this scope; a verb runs in a scope of its own
    try {
        if (-not $ZdmMerge) { Invoke-ZdmCallAlone -Text ([string]$ZdmBlock) -Local ($ZdmId -ne '0') -Values $ZdmValues -Found $ZdmFound }
        elseif ($ZdmId -eq '0') { . ([scriptblock]::Create('. $ZdmBlock *>&1 | ForEach-Object { $null = $ZdmFound.Add($_) }')) }
        else { . ([scriptblock]::Create('& $ZdmBlock -ZdmArguments $ZdmValues *>&1 | ForEach-Object { $null = $ZdmFound.Add($_) }')) }
    }
    catch { $null = $ZdmFound.Add($_) }
    Write-ZdmCallReply -Id $ZdmId -Text (ConvertTo-ZdmCallXml (Split-ZdmCallStream $ZdmFound))
}
