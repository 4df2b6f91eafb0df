# What every verb may use. Defined once per runspace, PowerShell 2.0 syntax, ASCII.
# The wrapper sends it as the first pipeline of a pool; it ends with one Zdm.Session object.

$ZdmHostCulture = [System.Threading.Thread]::CurrentThread.CurrentCulture.Name
$ZdmHostUICulture = [System.Threading.Thread]::CurrentThread.CurrentUICulture.Name
[System.Threading.Thread]::CurrentThread.CurrentCulture = [System.Globalization.CultureInfo]::InvariantCulture

function ConvertTo-ZdmUtc {
    # A DateTime as ISO 8601 text in UTC; nothing for nothing.
    param($Value)
    if ($null -eq $Value) { return $null }
    return ([datetime]$Value).ToUniversalTime().ToString('o', [System.Globalization.CultureInfo]::InvariantCulture)
}

function New-ZdmFact {
    # One flat result object with the envelope every reader's object carries.
    param([string]$Type, [hashtable]$Property)
    $body = @{
        ZdmType        = $Type
        ComputerName   = [string]$env:COMPUTERNAME
        CollectedAtUtc = (ConvertTo-ZdmUtc (Get-Date))
    }
    foreach ($name in @($Property.Keys)) { $body[$name] = $Property[$name] }
    return New-Object -TypeName PSObject -Property $body
}

function New-ZdmChange {
    # The one record an applier returns. Before and After are flat hashtables of what was read, not of what was asked for.
    param([string]$Verb, [string]$Target, [bool]$Changed, [hashtable]$Before, [hashtable]$After, [bool]$RebootRequired = $false)
    return New-ZdmFact -Type 'Zdm.Change' -Property @{
        Verb           = $Verb
        Target         = $Target
        Changed        = $Changed
        Before         = $Before
        After          = $After
        RebootRequired = $RebootRequired
    }
}

function Stop-ZdmVerb {
    # Ends a verb with an error record whose id is Zdm<Code>; the caller's table knows the codes.
    param(
        [string]$Code,
        [string]$Message,
        [string]$Target = '',
        [System.Management.Automation.ErrorCategory]$Category = [System.Management.Automation.ErrorCategory]::InvalidOperation
    )
    $problem = New-Object -TypeName System.InvalidOperationException -ArgumentList $Message
    throw (New-Object -TypeName System.Management.Automation.ErrorRecord -ArgumentList $problem, ('Zdm' + $Code), $Category, $Target)
}

function Test-ZdmCommand {
    # Whether a command of that name can be called here.
    param([string]$Name)
    return $null -ne (Get-Command -Name $Name -ErrorAction SilentlyContinue)
}

function Import-ZdmModule {
    # Loads a module where this host has it; says whether it did. 2.0 does not load modules by itself.
    param([string]$Name)
    if (Get-Module -Name $Name) { return $true }
    if (-not (Get-Module -ListAvailable -Name $Name)) { return $false }
    Import-Module -Name $Name -ErrorAction Stop
    return $true
}

function Invoke-ZdmNative {
    # Runs a native program and gives its exit code and lines. Text on the error stream is no failure by itself,
    # and under Stop its first line would end the script on 5.1 and older: hence Continue around the call.
    param([string]$FilePath, [string[]]$ArgumentList)
    $previous = $ErrorActionPreference
    $ErrorActionPreference = 'Continue'
    try {
        $lines = @(& $FilePath $ArgumentList 2>&1)
        $code = $LASTEXITCODE
    }
    finally { $ErrorActionPreference = $previous }
    $out = @()
    $err = @()
    foreach ($line in $lines) {
        if ($line -is [System.Management.Automation.ErrorRecord]) { $err += [string]$line } else { $out += [string]$line }
    }
    return New-Object -TypeName PSObject -Property @{ ExitCode = [int]$code; StdOut = [string[]]$out; StdErr = [string[]]$err }
}

function Get-ZdmFileState {
    # A file or folder as it is: Exists, IsFolder, Bytes, Sha256, ModifiedUtc. The hash comes from certutil where Get-FileHash is
    # missing (before 4.0): its words are localised, the one line of 64 hexadecimal digits is not.
    param([string]$Path)
    $state = @{ Exists = $false; IsFolder = $false; Bytes = $null; Sha256 = $null; ModifiedUtc = $null }
    if (-not (Test-Path -LiteralPath $Path)) { return $state }
    $item = Get-Item -LiteralPath $Path -Force
    $state.Exists = $true
    $state.ModifiedUtc = ConvertTo-ZdmUtc $item.LastWriteTime
    if ($item.PSIsContainer) {
        $state.IsFolder = $true
        return $state
    }
    $state.Bytes = [long]$item.Length
    if (Test-ZdmCommand Get-FileHash) {
        $state.Sha256 = (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash.ToLowerInvariant()
        return $state
    }
    $run = Invoke-ZdmNative -FilePath 'certutil.exe' -ArgumentList '-hashfile', $Path, 'SHA256'
    foreach ($line in $run.StdOut) {
        $digits = $line.Replace(' ', '').ToLowerInvariant()
        if ($digits -match '^[0-9a-f]{64}$') { $state.Sha256 = $digits }
    }
    if ($null -eq $state.Sha256) {
        Stop-ZdmVerb -Code NativeExit -Message "certutil gave no hash of '$Path' (exit code $($run.ExitCode))." -Target $Path
    }
    return $state
}

function Get-ZdmDhcpWay {
    # How the DHCP server of this host is asked: module, netsh (2008 R2 and older), or none without the role.
    # Neither way answers while the service is stopped, and that must not look like a server without scopes.
    $service = Get-WmiObject -Class Win32_Service -Filter "Name='DHCPServer'"
    if ($null -eq $service) { return 'none' }
    if ([string]$service.State -ne 'Running') {
        Stop-ZdmVerb -Code Precondition -Message 'The service DHCPServer does not run; its configuration cannot be read or changed.' -Target 'DHCPServer'
    }
    if (Import-ZdmModule DhcpServer) { return 'module' }
    return 'netsh'
}

function Invoke-ZdmDhcpNetsh {
    # netsh dhcp server <words>, quoted as netsh wants it; its lines, or the error of a code other than 0.
    param([string[]]$Words)
    $run = Invoke-ZdmNative -FilePath 'netsh.exe' -ArgumentList (@('dhcp', 'server') + $Words)
    if ($run.ExitCode -ne 0) {
        $said = (@($run.StdOut | Where-Object { $_ -match '\S' }) + @("exit code $($run.ExitCode)"))[0]
        Stop-ZdmVerb -Code NativeExit -Message "netsh dhcp server $($Words -join ' '): $said" -Target 'netsh'
    }
    return $run.StdOut
}

function New-ZdmNativeText {
    # What a native tool printed, for the parser that knows its text.
    param([string]$Tool, [string]$Command, [string[]]$Lines)
    return New-ZdmFact -Type 'Zdm.NativeText' -Property @{
        Tool     = $Tool
        Command  = $Command
        ExitCode = 0
        Lines    = [string[]]@($Lines)
        Culture  = $ZdmHostCulture
    }
}

function Get-ZdmSessionFact {
    # What the controller has to know of the host before it trusts it with anything.
    $system = Get-WmiObject -Class Win32_OperatingSystem
    $computer = Get-WmiObject -Class Win32_ComputerSystem
    # The integrity level says whether the token is the full one; 2003 has none, there membership decides.
    $groups = (Invoke-ZdmNative -FilePath 'whoami.exe' -ArgumentList '/groups', '/fo', 'csv', '/nh').StdOut -join ' '
    $elevated = $groups -match 'S-1-16-(12288|16384)'
    if ([string]$system.Version -like '5.*') { $elevated = $groups -match 'S-1-5-32-544' }
    return New-ZdmFact -Type 'Zdm.Session' -Property @{
        PsVersion    = $PSVersionTable.PSVersion.ToString()
        OsVersion    = [string]$system.Version
        OsCaption    = ([string]$system.Caption).Trim()
        Domain       = [string]$computer.Domain
        DomainRole   = [int]$computer.DomainRole
        Culture      = $ZdmHostCulture
        UiCulture    = $ZdmHostUICulture
        LanguageMode = [string]$ExecutionContext.SessionState.LanguageMode
        UtcNow       = (ConvertTo-ZdmUtc (Get-Date))
        IsElevated   = [bool]$elevated
    }
}

Get-ZdmSessionFact
