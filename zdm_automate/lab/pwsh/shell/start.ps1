# Makes this PowerShell a host of the lab: asks the lab who it is, takes that host's commands and ways. ASCII.
# Runs once, before a client's first pipeline.

. "$PSScriptRoot/objects.ps1"
. "$PSScriptRoot/ask.ps1"
. "$PSScriptRoot/identities.ps1"
. "$PSScriptRoot/sessions.ps1"

# Nothing is loaded by itself: an old version has less than this PowerShell.
$global:PSModuleAutoLoadingPreference = 'None'

$address, $port = $env:ZDM_LAB_BRIDGE -split ':'
$client = [System.Net.Sockets.TcpClient]::new($address, [int]$port)
$client.NoDelay = $true
$stream = $client.GetStream()
$writer = [System.IO.StreamWriter]::new($stream, [System.Text.UTF8Encoding]::new($false))
$writer.NewLine = "`n"
$writer.AutoFlush = $true
$types = @{}
foreach ($name in 'Boolean', 'Byte', 'Guid', 'Int16', 'Int32', 'Int64', 'String', 'TimeSpan', 'UInt16', 'UInt32', 'UInt64') {
    $types[$name] = [type]"System.$name"
    $types["$name[]"] = [type]"System.$name[]"
}
$types['IPAddress'] = [System.Net.IPAddress]
$types['IPAddress[]'] = [System.Net.IPAddress[]]
$global:LabBridge = @{
    Client           = $client
    Reader           = [System.IO.StreamReader]::new($stream, [System.Text.Encoding]::UTF8)
    Writer           = $writer
    Now              = [datetime]::Now
    Since            = [System.Diagnostics.Stopwatch]::StartNew()
    Classes          = @{}
    Types            = $types
    CommonParameters = @([System.Management.Automation.PSCmdlet]::CommonParameters) + @([System.Management.Automation.PSCmdlet]::OptionalCommonParameters)
    Profile          = $null
}
# The process keeps its ticket for the next runspace, where no script looks.
if ($env:ZDM_LAB_TICKET) { [AppContext]::SetData('ZdmLabTicket', $env:ZDM_LAB_TICKET) }
$env:ZDM_LAB_TICKET = $null
$me = Send-LabRequest -Message @{ Op = 'hello'; Ticket = [AppContext]::GetData('ZdmLabTicket') }
$LabBridge.Profile = $me

# The version, as scripts ask for it.
$PSVersionTable.PSVersion = [version]$me['PSVersion']
$PSVersionTable.CLRVersion = [version]$me['ClrVersion']
$PSVersionTable.BuildVersion = [version]$me['BuildVersion']
$PSVersionTable.WSManStackVersion = [version]$(if ($PSVersionTable.PSVersion.Major -lt 3) { '2.0' } else { '3.0' })
foreach ($name in 'PSEdition', 'GitCommitId', 'OS', 'Platform') { $PSVersionTable.Remove($name) }
if ($PSVersionTable.PSVersion -ge [version]'5.1') { $PSVersionTable.PSEdition = 'Desktop' }

# The language of the host.
$culture = [System.Globalization.CultureInfo]::GetCultureInfo($me['Culture'])
[System.Threading.Thread]::CurrentThread.CurrentCulture = $culture
[System.Threading.Thread]::CurrentThread.CurrentUICulture = $culture
[System.Globalization.CultureInfo]::DefaultThreadCurrentCulture = $culture
[System.Globalization.CultureInfo]::DefaultThreadCurrentUICulture = $culture

# The environment of a Windows. No program of this machine is found.
$env:COMPUTERNAME = $me['Host']
$env:USERNAME = $me['User']
$env:USERDOMAIN = $me['Domain']
$env:USERDNSDOMAIN = $me['DnsDomain']
$env:PROCESSOR_ARCHITECTURE = $me['Architecture']
$env:OS = 'Windows_NT'
$env:SystemDrive = 'C:'
$env:SystemRoot = 'C:\Windows'
$env:windir = 'C:\Windows'
$env:PATH = ''
$env:PSModulePath = @($me['ModuleRoots']) -join [System.IO.Path]::PathSeparator

# PowerShell's own commands, those that this version has; then the stubs, which come first by being functions and aliases.
foreach ($module in $me['ShellCmdlets'].Keys) {
    $names = @($me['ShellCmdlets'][$module])
    Import-Module -Name "$PSHOME/Modules/$module" -Cmdlet $names -Scope Global -DisableNameChecking -ErrorAction Stop
}
. $me['Shell']
foreach ($native in @($me['Natives'])) {
    foreach ($name in $native, "$native.exe") {
        $null = $ExecutionContext.SessionState.InvokeProvider.Item.Set("Function:global:$name", [scriptblock]::Create("Invoke-LabNative -Name '$native' -Arguments `$args"))
    }
}

# An object of COM is made by New-Object, which has no such parameter on this system. Only the hosts that need one pay for it.
if ($PSVersionTable.PSVersion.Major -lt 3) {
    . "$PSScriptRoot/descriptors.ps1"
    function global:New-Object {
        [CmdletBinding(DefaultParameterSetName = 'Net')]
        param(
            [Parameter(ParameterSetName = 'Net', Mandatory = $true, Position = 0)][string]$TypeName,
            [Parameter(ParameterSetName = 'Net', Position = 1)][object[]]$ArgumentList,
            [Parameter(ParameterSetName = 'Com', Mandatory = $true)][string]$ComObject,
            [System.Collections.IDictionary]$Property
        )
        if ($PSCmdlet.ParameterSetName -eq 'Com') {
            if ($ComObject -ne 'Schedule.Service') { throw (New-LabError -Id NotModelled -Message "the lab does not model the object $ComObject." -Category NotImplemented) }
            return [LabTaskService]::new()
        }
        Microsoft.PowerShell.Utility\New-Object @PSBoundParameters
    }
}

# A command that is not there: a module that 3.0 and later load by themselves, or one that the lab does not model.
$ExecutionContext.InvokeCommand.CommandNotFoundAction = {
    param($name, $found)
    $me = $global:LabBridge.Profile
    if (@($me['NotModelled']) -contains $name) {
        $found.CommandScriptBlock = [scriptblock]::Create("throw (New-LabError -Id NotModelled -Message 'the lab does not model the cmdlet $name; the lab cannot answer this.' -Category NotImplemented)")
        $found.StopSearch = $true
        return
    }
    if ($PSVersionTable.PSVersion.Major -lt 3 -or $name -notmatch '^\w+-\w+$') { return }
    foreach ($module in @(Get-Module -ListAvailable)) {
        if (-not $module.ExportedCommands.ContainsKey($name)) { continue }
        Import-Module -Name $module.Name -Global
        $found.Command = Get-Command -Name $name
        $found.StopSearch = $true
        return
    }
}

# An endpoint for commands only: those it shows are seen, no script is run. What was defined until here may still use the rest.
if ($me.ContainsKey('Visible')) {
    $shown = @($me['Visible'])
    foreach ($command in @(Get-Command -CommandType Alias, Cmdlet, Function)) {
        if ($shown -notcontains $command.Name) { $command.Visibility = 'Private' }
    }
    $ExecutionContext.SessionState.Applications.Clear()
    $ExecutionContext.SessionState.Scripts.Clear()
    $ExecutionContext.SessionState.LanguageMode = 'NoLanguage'
}
