# How the stub commands of a lab host ask the lab's world, and how they give what it answers. ASCII.

function global:New-LabError {
    param([string]$Id, [string]$Message, [string]$Category = 'NotSpecified', [string]$Target = '')
    $problem = [System.InvalidOperationException]::new($Message)
    return [System.Management.Automation.ErrorRecord]::new($problem, $Id, $Category, $Target)
}

function global:Send-LabRequest {
    # One message to the world and its reply. The outermost verb on the call stack goes along, for the lab's call log.
    param([hashtable]$Message)
    if ($null -ne $global:LabBridge.Profile) {
        foreach ($frame in Get-PSCallStack) {
            if ($frame.Command -like '*-Zdm*') { $Message['Verb'] = $frame.Command }
        }
        if ($Message['Verb'] -eq 'Get-ZdmSessionFact') { $Message['Verb'] = 'prelude' }
    }
    $text = [System.Management.Automation.PSSerializer]::Serialize($Message, 8)
    $bridge = $global:LabBridge
    $bridge.Writer.WriteLine([System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($text)))
    $line = $bridge.Reader.ReadLine()
    if ($null -eq $line) { throw (New-LabError -Id LabLost -Message 'The lab has ended.' -Category ConnectionError) }
    $reply = [System.Management.Automation.PSSerializer]::Deserialize([System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String($line)))
    if ($reply.ContainsKey('Fault')) { throw (New-LabError -Id LabFault -Message $reply['Fault'] -Category InvalidOperation) }
    if ($reply.ContainsKey('Now')) {
        $bridge.Now = $reply['Now'].ToLocalTime()
        $bridge.Since.Restart()
    }
    if ($reply.ContainsKey('ModuleRoots')) { $env:PSModulePath = @($reply['ModuleRoots']) -join [System.IO.Path]::PathSeparator }
    if ($reply.ContainsKey('Classes')) {
        foreach ($name in $reply['Classes'].Keys) { Add-LabClass -Name $name -Facts $reply['Classes'][$name] }
    }
    return $reply
}

function global:Get-LabTime {
    # The host's own clock; an answer of the last moment is new enough.
    if ($global:LabBridge.Since.ElapsedMilliseconds -gt 20) { $null = Send-LabRequest -Message @{ Op = 'now' } }
    return $global:LabBridge.Now
}

function global:ConvertTo-LabPlain {
    # An argument as text, number, time, list or hashtable; a credential as name and password, which stay on this machine.
    param($Value)
    if ($null -eq $Value) { return $null }
    if ($Value -is [string]) { return [string]$Value }
    if ($Value -is [switch]) { return [bool]$Value }
    if ($Value -is [timespan] -or $Value -is [datetime] -or $Value.GetType().IsPrimitive) { return $Value }
    if ($Value -is [System.Net.IPAddress] -or $Value -is [enum] -or $Value -is [guid] -or $Value -is [uri]) { return $Value.ToString() }
    if ($Value -is [pscredential]) {
        return @{ '$user' = $Value.UserName; '$password' = $Value.GetNetworkCredential().Password }
    }
    if ($Value -is [System.Collections.IDictionary]) {
        $table = @{}
        foreach ($key in $Value.Keys) { $table[[string]$key] = ConvertTo-LabPlain -Value $Value[$key] }
        return $table
    }
    if ($Value -is [System.Collections.IEnumerable]) {
        $list = [System.Collections.Generic.List[object]]::new()
        foreach ($one in $Value) { $list.Add((ConvertTo-LabPlain -Value $one)) }
        return , $list.ToArray()
    }
    if ($Value -is [System.Management.Automation.PSCustomObject] -or $Value -is [LabCimInstance]) {
        $table = @{}
        foreach ($property in $Value.PSObject.Properties) {
            if ($property.MemberType -eq 'NoteProperty') { $table[$property.Name] = ConvertTo-LabPlain -Value $property.Value }
        }
        return $table
    }
    throw (New-LabError -Id NotModelled -Message "the lab does not model an argument of type $($Value.GetType().FullName)." -Category NotImplemented)
}

function global:Add-LabClass {
    # Keeps what the world says of a class: type names, the types that values are converted to, methods.
    param([string]$Name, [hashtable]$Facts)
    $methods = @{}
    foreach ($method in $Facts['Methods'].Keys) {
        $words = @($Facts['Methods'][$method] | ForEach-Object { "'$_'" }) -join ', '
        $code = "Invoke-LabMethod -Object `$this -Class '$Name' -Name '$method' -Names @($words) -Values `$args"
        $methods[$method] = [System.Management.Automation.PSScriptMethod]::new($method, [scriptblock]::Create($code))
    }
    $global:LabBridge.Classes[$Name] = @{
        Types       = @($Facts['Types']) + @('System.Object')
        Conversions = $Facts['Conversions']
        Aliases     = $Facts['Aliases']
        Methods     = $methods
    }
}

function global:ConvertTo-LabType {
    param($Value, [string]$Type)
    if ($Type -eq 'DateTime') { return $Value.ToLocalTime() }
    if ($Value -is [hashtable] -and $Value.ContainsKey('$ticks')) { return [timespan]::new([long]$Value['$ticks']) }
    $made = [System.Management.Automation.LanguagePrimitives]::ConvertTo($Value, $global:LabBridge.Types[$Type])
    if ($made -is [array]) { return , $made }
    return $made
}

function global:ConvertFrom-LabReply {
    # The objects of a reply. Class and names of a form are looked up once.
    param($Reply)
    if (-not $Reply.ContainsKey('Rows')) { return }
    $forms = @()
    foreach ($form in $Reply['Forms']) {
        $names = $form.ToArray()
        $class = $global:LabBridge.Classes[[string]$names[0]]
        $kinds = [object[]]::new($names.Length)
        if ($null -ne $class) {
            for ($i = 1; $i -lt $names.Length; $i++) { $kinds[$i] = $class.Conversions[$names[$i]] }
        }
        $forms += @{ Names = $names; Kinds = $kinds; Class = $class }
    }
    foreach ($row in $Reply['Rows']) {
        if ($row -is [System.Collections.ArrayList]) { ConvertFrom-LabRow -Row $row -Forms $forms } else { $row }
    }
}

function global:ConvertFrom-LabRow {
    # An object of the world with the type names, property types and methods of its class.
    param([System.Collections.ArrayList]$Row, [object[]]$Forms)
    $form = $Forms[$Row[1]]
    $names = $form.Names
    $kinds = $form.Kinds
    $made = [ordered]@{}
    for ($i = 1; $i -lt $names.Length; $i++) {
        $value = $Row[$i + 1]
        if ($null -ne $value) {
            $list = $value -is [System.Collections.ArrayList]
            if ($list -and $value.Count -gt 0 -and '$row'.Equals($value[0])) { $value = ConvertFrom-LabRow -Row $value -Forms $Forms }
            elseif ($list -and $value.Count -gt 0 -and $value[0] -is [System.Collections.ArrayList] -and '$row'.Equals($value[0][0])) {
                $value = @(foreach ($one in $value) { ConvertFrom-LabRow -Row $one -Forms $Forms })
            }
            elseif ($null -ne $kinds[$i]) { $value = ConvertTo-LabType -Value $value -Type $kinds[$i] }
            elseif ($list) { $value = $value.ToArray() }
        }
        $made[$names[$i]] = $value
    }
    $object = [pscustomobject]$made
    $class = $form.Class
    if ($null -eq $class) { return $object }
    $object.PSObject.TypeNames.Clear()
    foreach ($type in $class.Types) { $object.PSObject.TypeNames.Add($type) }
    foreach ($name in $class.Aliases.Keys) {
        if ($made.Contains($class.Aliases[$name])) {
            $object.PSObject.Properties.Add([System.Management.Automation.PSAliasProperty]::new($name, $class.Aliases[$name]))
        }
    }
    foreach ($method in $class.Methods.Values) { $object.PSObject.Methods.Add($method) }
    return $object
}

function global:Write-LabReply {
    # What a stub does with a reply: warnings, objects, then the error, in the stub's own name where it is the stub's own.
    param($Cmdlet, $Reply)
    foreach ($text in @($Reply['Warnings'])) { $Cmdlet.WriteWarning($text) }
    ConvertFrom-LabReply -Reply $Reply
    if (-not $Reply.ContainsKey('Error')) { return }
    $facts = $Reply['Error']
    $own = ',' + $Cmdlet.MyInvocation.MyCommand.Name
    $id = [string]$facts['Id']
    $mine = $id.EndsWith($own)
    if ($mine) { $id = $id.Substring(0, $id.Length - $own.Length) }
    $record = New-LabError -Id $id -Message $facts['Message'] -Category $facts['Category'] -Target $facts['Target']
    if (-not $mine) { throw $record }
    $Cmdlet.WriteError($record)
}

function global:Invoke-LabCmdlet {
    # The body of a stub: its parameters to the world, the answer back.
    param($Cmdlet, [string]$Name, $Bound, [switch]$Changes, [string[]]$Own = @())
    $given = @{}
    $same = @()
    foreach ($key in @($Bound.Keys)) {
        if ($global:LabBridge.CommonParameters -contains $key -and $Own -notcontains $key) { continue }
        $given[$key] = ConvertTo-LabPlain -Value $Bound[$key]
        if ($key -like '*InputObject') { $same += $key }
    }
    if ($same.Count -eq 2 -and -not [object]::ReferenceEquals($Bound[$same[0]], $Bound[$same[1]])) { $same = @() }
    if ($Changes) {
        $what = @($given.Values | Where-Object { $_ -is [string] }) -join ', '
        if (-not $Cmdlet.ShouldProcess($what, $Name)) { return }
    }
    $reply = Send-LabRequest -Message @{ Op = 'cmdlet'; Name = $Name; Params = $given; Same = $same }
    Write-LabReply -Cmdlet $Cmdlet -Reply $reply
}

function global:Invoke-LabWmi {
    # Get-WmiObject by class, with a namespace and a condition.
    param($Cmdlet, $Bound)
    $request = @{ Op = 'wmi'; Name = 'Get-WmiObject'; Namespace = 'root\cimv2'; Filter = '' }
    foreach ($key in @($Bound.Keys)) {
        if ($global:LabBridge.CommonParameters -contains $key) { continue }
        if (@('Class', 'Namespace', 'Filter', 'ComputerName') -notcontains $key) {
            throw (New-LabError -Id NotModelled -Message "the lab does not model Get-WmiObject -$key." -Category NotImplemented)
        }
        $request[$key] = ConvertTo-LabPlain -Value $Bound[$key]
    }
    if (-not $request.ContainsKey('Class')) {
        throw (New-LabError -Id NotModelled -Message 'the lab does not model Get-WmiObject without -Class.' -Category NotImplemented)
    }
    Write-LabReply -Cmdlet $Cmdlet -Reply (Send-LabRequest -Message $request)
}

function global:Invoke-LabMethod {
    # A method of a WMI object: its arguments by position, its out parameters back.
    param($Object, [string]$Class, [string]$Name, [string[]]$Names, [object[]]$Values)
    $given = @{}
    for ($i = 0; $i -lt $Values.Count; $i++) { $given[$Names[$i]] = ConvertTo-LabPlain -Value $Values[$i] }
    $reply = Send-LabRequest -Message @{ Op = 'method'; Class = $Class; Name = $Name; Row = (ConvertTo-LabPlain -Value $Object); Params = $given }
    if ($reply.ContainsKey('Error')) {
        $facts = $reply['Error']
        throw (New-LabError -Id $facts['Id'] -Message $facts['Message'] -Category $facts['Category'] -Target $facts['Target'])
    }
    ConvertFrom-LabReply -Reply $reply
}

function global:Invoke-LabNative {
    # A native program: lines to the output, lines of its error stream as records, the exit code. Empty arguments are lost.
    [CmdletBinding()]
    param([string]$Name, [object[]]$Arguments)
    $argv = @($Name)
    foreach ($one in $Arguments) {
        foreach ($word in @($one)) { if (([string]$word).Length -gt 0) { $argv += [string]$word } }
    }
    $reply = Send-LabRequest -Message @{ Op = 'native'; Name = $Name; Argv = $argv }
    if ($reply.ContainsKey('Error')) { Write-LabReply -Cmdlet $PSCmdlet -Reply $reply }
    $global:LASTEXITCODE = [int]$reply['ExitCode']
    foreach ($line in $reply['Out']) { [string]$line }
    foreach ($line in $reply['Err']) { $PSCmdlet.WriteError((New-LabError -Id NativeCommandError -Message $line -Target $line)) }
}

function global:Invoke-LabSnapin {
    # Add-PSSnapin: what the snap-in brings lies here as a module of its name.
    param($Cmdlet, $Bound)
    Invoke-LabCmdlet -Cmdlet $Cmdlet -Name 'Add-PSSnapin' -Bound $Bound
    foreach ($name in $Bound['Name']) { Microsoft.PowerShell.Core\Import-Module -Name $name -Global }
}

function global:Invoke-LabGetDate {
    # Get-Date with the host's own clock.
    param($Bound)
    if (-not $Bound.ContainsKey('Date')) { $Bound['Date'] = Get-LabTime }
    Microsoft.PowerShell.Utility\Get-Date @Bound
}
