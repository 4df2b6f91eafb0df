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
    foreach ($line in @($run.StdOut)) {
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
    # netsh dhcp server <words>: its lines, or the error of a code other than 0. A dump without one command is an error too:
    # that is what netsh prints about a server it cannot ask, and it must not look like an empty server.
    param([string[]]$Words)
    $run = Invoke-ZdmNative -FilePath 'netsh.exe' -ArgumentList (@('dhcp', 'server') + $Words)
    $failed = $run.ExitCode -ne 0
    if ($Words[0] -eq 'dump' -and @($run.StdOut | Where-Object { $_ -match '^\s*dhcp server ' }).Count -eq 0) { $failed = $true }
    if ($failed) {
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

function Get-ZdmDnsWay {
    # How the DNS server of this host is asked: module, wmi (2008 R2 and older), or none without the role.
    $service = Get-WmiObject -Class Win32_Service -Filter "Name='DNS'"
    if ($null -eq $service) { return 'none' }
    if ([string]$service.State -ne 'Running') {
        Stop-ZdmVerb -Code Precondition -Message 'The service DNS does not run; its zones cannot be read or changed.' -Target 'DNS'
    }
    if (Import-ZdmModule DnsServer) { return 'module' }
    return 'wmi'
}

function Get-ZdmDnsServerWay {
    # As Get-ZdmDnsWay, for what needs a DNS server here.
    $way = Get-ZdmDnsWay
    if ($way -eq 'none') { Stop-ZdmVerb -Code Precondition -Message 'This host has no DNS server.' -Target 'DNS' }
    return $way
}

function Invoke-ZdmDnscmd {
    # dnscmd <words>: its lines, which are English everywhere, or the error of a code other than 0.
    param([string[]]$Words)
    $run = Invoke-ZdmNative -FilePath 'dnscmd.exe' -ArgumentList $Words
    if ($run.ExitCode -ne 0) {
        $said = (@($run.StdOut | Where-Object { $_ -match '^Command failed' }) + @("exit code $($run.ExitCode)"))[0]
        Stop-ZdmVerb -Code NativeExit -Message "dnscmd $($Words -join ' '): $said" -Target 'dnscmd'
    }
    return $run.StdOut
}

function Get-ZdmDnsZoneRow {
    # Zones as flat hashtables, all or the named one. WMI does not know the replication scope; dnscmd does.
    param([string]$Way, [string]$Name = '')
    if ($Way -eq 'module') {
        foreach ($zone in @(Get-DnsServerZone)) {
            if ($Name -ne '' -and [string]$zone.ZoneName -ne $Name) { continue }
            $kind = [string]$zone.ZoneType
            if (@('Primary', 'Secondary', 'Stub', 'Forwarder') -notcontains $kind) { continue }
            # Each kind of zone is an object of another class, with other properties.
            $own = @{ ReplicationScope = $null; DynamicUpdate = $null; ZoneFile = $null; MasterServers = @() }
            foreach ($field in @($own.Keys)) {
                $property = $zone.PSObject.Properties[$field]
                if ($null -ne $property) { $own[$field] = $property.Value }
            }
            $aging = $null
            if ($kind -eq 'Primary' -and -not $zone.IsAutoCreated -and [string]$zone.ZoneName -ne 'TrustAnchors') {
                $aging = [bool](Get-DnsServerZoneAging -Name $zone.ZoneName).AgingEnabled
            }
            $row = @{
                ZoneName         = [string]$zone.ZoneName
                ZoneType         = $kind
                IsDsIntegrated   = [bool]$zone.IsDsIntegrated
                ReplicationScope = $null
                DynamicUpdate    = $null
                IsReverse        = [bool]$zone.IsReverseLookupZone
                IsAutoCreated    = [bool]$zone.IsAutoCreated
                AgingEnabled     = $aging
                MasterServers    = [string[]]@($own.MasterServers | Where-Object { $null -ne $_ } | ForEach-Object { [string]$_ })
                ZoneFile         = $null
            }
            if ($row.IsDsIntegrated -and $null -ne $own.ReplicationScope) { $row.ReplicationScope = [string]$own.ReplicationScope }
            if ($kind -eq 'Primary') { $row.DynamicUpdate = [string]$own.DynamicUpdate }
            if (-not $row.IsDsIntegrated -and $own.ZoneFile) { $row.ZoneFile = [string]$own.ZoneFile }
            $row
        }
        return
    }
    $kinds = @{ 1 = 'Primary'; 2 = 'Secondary'; 3 = 'Stub'; 4 = 'Forwarder' }
    $updates = @{ 0 = 'None'; 1 = 'NonsecureAndSecure'; 2 = 'Secure' }
    $scopes = @{}
    foreach ($line in @(Invoke-ZdmDnscmd -Words '/EnumZones')) {
        if ($line -match '^\s(\S+)\s+(?:Primary|Secondary|Stub|Forwarder)\s+AD-(\S+)') { $scopes[$Matches[1]] = $Matches[2] }
    }
    foreach ($zone in @(Get-WmiObject -Namespace 'root\MicrosoftDNS' -Class MicrosoftDNS_Zone)) {
        if ($null -eq $zone -or -not $kinds.ContainsKey([int]$zone.ZoneType)) { continue }
        if ($Name -ne '' -and [string]$zone.Name -ne $Name) { continue }
        $kind = $kinds[[int]$zone.ZoneType]
        $row = @{
            ZoneName         = [string]$zone.Name
            ZoneType         = $kind
            IsDsIntegrated   = [bool]$zone.DsIntegrated
            ReplicationScope = $null
            DynamicUpdate    = $null
            IsReverse        = [bool]$zone.Reverse
            IsAutoCreated    = [bool]$zone.AutoCreated
            AgingEnabled     = $null
            MasterServers    = [string[]]@($zone.MasterServers | Where-Object { $null -ne $_ } | ForEach-Object { [string]$_ })
            ZoneFile         = $null
        }
        if ($row.IsDsIntegrated -and $scopes.ContainsKey($row.ZoneName)) { $row.ReplicationScope = $scopes[$row.ZoneName] }
        if ($kind -eq 'Primary') { $row.DynamicUpdate = $updates[[int]$zone.AllowUpdate] }
        if ($kind -eq 'Primary' -and -not $row.IsAutoCreated -and $row.ZoneName -ne 'TrustAnchors') { $row.AgingEnabled = [bool]$zone.Aging }
        if (-not $row.IsDsIntegrated -and $kind -ne 'Forwarder' -and $zone.DataFile) { $row.ZoneFile = [string]$zone.DataFile }
        $row
    }
}

function ConvertTo-ZdmDnsData {
    # The data of a record in its one form: addresses as .NET writes them, host names with a trailing dot, single blanks.
    param([string]$Type, [string]$Data)
    if ($Type -eq 'TXT') { return $Data }
    $forms = @{
        A = '^[0-9]+(\.[0-9]+){3}$'; AAAA = '^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$'; CNAME = '^\S+$'; NS = '^\S+$'; PTR = '^\S+$'
        SOA = '^\S+$'; MX = '^[0-9]{1,9} \S+$'; SRV = '^[0-9]{1,9} [0-9]{1,9} [0-9]{1,9} \S+$'
    }
    $text = [regex]::Replace($Data.Trim(), '\s+', ' ')
    if (-not $forms.ContainsKey($Type)) { return $text }
    $numbers = @()
    if ($Type -eq 'MX' -or $Type -eq 'SRV') { $numbers = @($text.Split(' ') | Where-Object { $_ -match '^[0-9]{1,9}$' }) }
    if ($text -notmatch $forms[$Type] -or @($numbers | Where-Object { [int]$_ -gt 65535 }).Count -gt 0) {
        Stop-ZdmVerb -Code Precondition -Message "'$Data' is no data of a record of type $Type." -Target $Data -Category InvalidArgument
    }
    if ($Type -eq 'A' -or $Type -eq 'AAAA') {
        $address = $null
        if (-not [System.Net.IPAddress]::TryParse($text, [ref]$address)) {
            Stop-ZdmVerb -Code Precondition -Message "'$Data' is no address." -Target $Data -Category InvalidArgument
        }
        return $address.ToString()
    }
    if (-not $text.EndsWith('.')) { $text += '.' }
    return $text
}

function Get-ZdmDnsRecordRow {
    # Records of a zone, or those of one name and type in it: HostName, RecordType, Data, TtlSeconds, TimestampUtc, IsStatic, and
    # Source, the object that Windows gave.
    param([string]$Way, [string]$Zone, [string]$Name = '', [string]$Type = '')
    $found = @()
    if ($Way -eq 'module') {
        $query = @{ ZoneName = $Zone }
        if ($Name -ne '') {
            $query.Name = $Name
            $query.RRType = $Type
            $query.Node = $true
        }
        try { $found = @(Get-DnsServerResourceRecord @query) }
        catch { if ($_.FullyQualifiedErrorId -notlike 'WIN32 9714*') { throw } }
        foreach ($record in $found) {
            $data = $record.RecordData
            $kind = ([string]$record.RecordType).ToUpperInvariant()
            switch ($kind) {
                'A' { $text = [string]$data.IPv4Address }
                'AAAA' { $text = [string]$data.IPv6Address }
                'CNAME' { $text = [string]$data.HostNameAlias }
                'NS' { $text = [string]$data.NameServer }
                'PTR' { $text = [string]$data.PtrDomainName }
                'MX' { $text = '{0} {1}' -f $data.Preference, $data.MailExchange }
                'SRV' { $text = '{0} {1} {2} {3}' -f $data.Priority, $data.Weight, $data.Port, $data.DomainName }
                'TXT' { $text = [string]$data.DescriptiveText }
                'SOA' { $text = [string]$data.PrimaryServer }
                default { $text = @($data.CimInstanceProperties | Sort-Object -Property Name | ForEach-Object { [string]$_.Value }) -join ' ' }
            }
            New-Object -TypeName PSObject -Property @{
                HostName     = [string]$record.HostName
                RecordType   = $kind
                Data         = (ConvertTo-ZdmDnsData -Type $kind -Data $text)
                TtlSeconds   = [int]$record.TimeToLive.TotalSeconds
                TimestampUtc = (ConvertTo-ZdmUtc $record.Timestamp)
                IsStatic     = ($null -eq $record.Timestamp)
                Source       = $record
            }
        }
        return
    }
    $filter = "ContainerName='{0}'" -f $Zone.Replace('\', '\\').Replace("'", "\'")
    if (@(Get-WmiObject -Namespace 'root\MicrosoftDNS' -Class MicrosoftDNS_Zone | Where-Object { $null -ne $_ -and $_.Name -eq $Zone }).Count -eq 0) {
        Stop-ZdmVerb -Code NotFound -Message "This server has no zone '$Zone'." -Target $Zone -Category ObjectNotFound
    }
    $start = New-Object -TypeName DateTime -ArgumentList 1601, 1, 1, 0, 0, 0, ([System.DateTimeKind]::Utc)
    foreach ($record in @(Get-WmiObject -Namespace 'root\MicrosoftDNS' -Class MicrosoftDNS_ResourceRecord -Filter $filter)) {
        if ($null -eq $record -or [string]$record.__CLASS -notmatch '^MicrosoftDNS_(\w+)Type$') { continue }
        $kind = $Matches[1].ToUpperInvariant()
        $owner = ([string]$record.OwnerName).TrimEnd('.')
        $relative = $owner
        if ($owner -eq $Zone) { $relative = '@' }
        elseif ($owner.ToLowerInvariant().EndsWith('.' + $Zone.ToLowerInvariant())) { $relative = $owner.Substring(0, $owner.Length - $Zone.Length - 1) }
        if ($Name -ne '' -and ($relative -ne $Name -or $kind -ne $Type)) { continue }
        $text = [string]$record.RecordData
        if ($kind -eq 'TXT') { $text = [string]$record.DescriptiveText }
        if ($kind -eq 'SOA') { $text = [string]$record.PrimaryServer }
        $stamp = $null
        if ([int]$record.TimeStamp -ne 0) { $stamp = $start.AddHours([int]$record.TimeStamp) }
        New-Object -TypeName PSObject -Property @{
            HostName     = $relative
            RecordType   = $kind
            Data         = (ConvertTo-ZdmDnsData -Type $kind -Data $text)
            TtlSeconds   = [int]$record.TTL
            TimestampUtc = (ConvertTo-ZdmUtc $stamp)
            IsStatic     = ($null -eq $stamp)
            Source       = $record
        }
    }
}

function Set-ZdmDnsRecordRow {
    # Gives a record other data or another time to live, in one step of the server's own: no moment without the record.
    param([string]$Way, [string]$Zone, $Row, [string]$Data, [int]$TtlSeconds)
    $words = $Data.Split(' ')
    if ($Way -eq 'module') {
        # A copy by its constructor: Clone() is missing in 7, and plain assignment would change the old object too.
        $new = New-Object -TypeName Microsoft.Management.Infrastructure.CimInstance -ArgumentList $Row.Source
        $new.TimeToLive = New-TimeSpan -Seconds $TtlSeconds
        if ($Data -ne $Row.Data) {
            switch ($Row.RecordType) {
                'A' { $new.RecordData.IPv4Address = [System.Net.IPAddress]$Data }
                'AAAA' { $new.RecordData.IPv6Address = [System.Net.IPAddress]$Data }
                'CNAME' { $new.RecordData.HostNameAlias = $Data }
                'NS' { $new.RecordData.NameServer = $Data }
                'PTR' { $new.RecordData.PtrDomainName = $Data }
                'MX' {
                    $new.RecordData.Preference = [uint16]$words[0]
                    $new.RecordData.MailExchange = $words[1]
                }
                'SRV' {
                    $new.RecordData.Priority = [uint16]$words[0]
                    $new.RecordData.Weight = [uint16]$words[1]
                    $new.RecordData.Port = [uint16]$words[2]
                    $new.RecordData.DomainName = $words[3]
                }
                'TXT' { $new.RecordData.DescriptiveText = $Data }
            }
        }
        Set-DnsServerResourceRecord -ZoneName $Zone -OldInputObject $Row.Source -NewInputObject $new
        return
    }
    # Modify takes the time to live and then the data, in the order of the class; it gives no code, only an exception.
    switch ($Row.RecordType) {
        'MX' { $null = $Row.Source.Modify($TtlSeconds, [uint16]$words[0], $words[1]) }
        'SRV' { $null = $Row.Source.Modify($TtlSeconds, [uint16]$words[0], [uint16]$words[1], [uint16]$words[2], $words[3]) }
        default { $null = $Row.Source.Modify($TtlSeconds, $Data) }
    }
}

function Get-ZdmDnsClientRow {
    # The adapters that carry IP and whom they ask. A fixed list stands in the registry; WMI does not tell it from DHCP's.
    $names = @{}
    foreach ($adapter in @(Get-WmiObject -Class Win32_NetworkAdapter)) {
        if ($null -ne $adapter) { $names[[int]$adapter.Index] = [string]$adapter.NetConnectionID }
    }
    foreach ($config in @(Get-WmiObject -Class Win32_NetworkAdapterConfiguration)) {
        if ($null -eq $config -or -not $config.IPEnabled) { continue }
        $key = 'HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Interfaces\' + [string]$config.SettingID
        $run = Invoke-ZdmNative -FilePath 'reg.exe' -ArgumentList 'query', $key, '/v', 'NameServer'
        $fixed = @($run.StdOut | Where-Object { $_ -match '^\s+NameServer\s+REG_SZ\s+\S' }).Count -gt 0
        $suffix = $null
        if ($config.DNSDomain) { $suffix = [string]$config.DNSDomain }
        New-Object -TypeName PSObject -Property @{
            InterfaceAlias  = [string]$names[[int]$config.Index]
            ServerAddresses = [string[]]@($config.DNSServerSearchOrder | Where-Object { $null -ne $_ })
            FromDhcp        = ([bool]$config.DHCPEnabled -and -not $fixed)
            Suffix          = $suffix
            Source          = $config
        }
    }
}

function Get-ZdmComputerNameRow {
    # The computer's name now and from its next restart on, by the exit codes and lines of reg.exe.
    $found = @{}
    foreach ($key in 'ActiveComputerName', 'ComputerName') {
        $path = 'HKLM\SYSTEM\CurrentControlSet\Control\ComputerName\' + $key
        $run = Invoke-ZdmNative -FilePath 'reg.exe' -ArgumentList 'query', $path, '/v', 'ComputerName'
        foreach ($line in @($run.StdOut)) {
            if ($line -match '^\s+ComputerName\s+REG_SZ\s+(\S+)') { $found[$key] = [string]$Matches[1] }
        }
    }
    return @{ Active = [string]$found['ActiveComputerName']; Coming = [string]$found['ComputerName'] }
}

function Get-ZdmRemotingRow {
    # Remote administration: state, listeners, rules of its group, which has one name in every language. 5.1 and later.
    $service = @(Get-WmiObject -Class Win32_Service | Where-Object { $_.Name -eq 'WinRM' })
    if ($service.Count -eq 0) { Stop-ZdmVerb -Code Unsupported -Message 'There is no WinRM here.' -Target 'WinRM' }
    $runs = [string]$service[0].State -eq 'Running'
    $listeners = @()
    if ($runs) {
        foreach ($one in @(Get-WSManInstance -ResourceURI winrm/config/listener -Enumerate)) {
            if ($null -ne $one -and [string]$one.Enabled -eq 'true') { $listeners += [string]$one.Transport + ' ' + [string]$one.Port }
        }
    }
    if (-not (Import-ZdmModule NetSecurity)) { Stop-ZdmVerb -Code Unsupported -Message 'The firewall of this release is not read.' -Target 'WinRM' }
    $rules = @()
    foreach ($rule in @(Get-NetFirewallRule -Group '@FirewallAPI.dll,-30267')) {
        if ($null -eq $rule) { continue }
        $words = @()
        foreach ($address in @((Get-NetFirewallAddressFilter -AssociatedNetFirewallRule $rule).RemoteAddress)) {
            $parts = ([string]$address).Split('/')
            if ($parts.Count -eq 2 -and $parts[1] -match '^\d+\.\d+\.\d+\.\d+$') {
                $bits = 0
                foreach ($part in @(([string]$parts[1]).Split('.'))) { for ($left = [int]$part; $left -gt 0; $left = ($left * 2) -band 255) { $bits++ } }
                $address = $parts[0] + '/' + $bits
            }
            $words += [string]$address
        }
        $state = 'off'
        if ([string]$rule.Enabled -eq 'True') { $state = 'on' }
        $rules += [string]$rule.Name + ' ' + $state + ' ' + ($words -join ',')
    }
    $on = $runs -and @($listeners | Where-Object { $_ -like 'HTTP *' }).Count -gt 0
    $state = 'Off'
    if ($on) { $state = 'On' }
    return @{
        State     = $state
        StartMode = [string]$service[0].StartMode
        Listeners = [string[]]$listeners
        Rules     = [string[]]@($rules | Sort-Object)
    }
}

function Get-ZdmTaskWay {
    # How tasks are registered here: module (2012 and later), com (2008, 2008 R2), schtasks (2003, which has no other way).
    $service = Get-WmiObject -Class Win32_Service -Filter "Name='Schedule'"
    if ($null -eq $service -or [string]$service.State -ne 'Running') { return 'none' }
    if (Import-ZdmModule ScheduledTasks) { return 'module' }
    $system = Get-WmiObject -Class Win32_OperatingSystem
    if ([string]$system.Version -like '5.*') { return 'schtasks' }
    return 'com'
}

function Get-ZdmTaskRow {
    # The tasks of jobs: TaskName, State (in English; Present where the tool's words are localised), Result without a sign.
    param([string]$Way)
    if ($Way -eq 'module') {
        foreach ($scheduled in @(Get-ScheduledTask -TaskName 'Zdm-*')) {
            $info = Get-ScheduledTaskInfo -TaskPath $scheduled.TaskPath -TaskName $scheduled.TaskName
            @{
                TaskName = [string]$scheduled.TaskName
                State    = [string]$scheduled.State
                Result   = [long]$info.LastTaskResult
            }
        }
        return
    }
    if ($Way -eq 'com') {
        $names = @('Unknown', 'Disabled', 'Queued', 'Ready', 'Running')
        $scheduler = New-Object -ComObject Schedule.Service
        $scheduler.Connect()
        foreach ($known in @($scheduler.GetFolder('\').GetTasks(0))) {
            if ($null -eq $known -or [string]$known.Name -notlike 'Zdm-*') { continue }
            $result = [long]$known.LastTaskResult
            if ($result -lt 0) { $result += 4294967296 }
            @{ TaskName = [string]$known.Name; State = $names[[int]$known.State]; Result = $result }
        }
        return
    }
    if ($Way -eq 'schtasks') {
        # Columns by place, their names and words are localised: 2 is the task, 4 its status, blank while it waits, 7 its last
        # result, which is 0 for one that has never run, too.
        foreach ($line in @((Invoke-ZdmNative -FilePath 'schtasks.exe' -ArgumentList '/Query', '/FO', 'CSV', '/V').StdOut)) {
            if ($line -notmatch '^"[^"]*","\\?(Zdm-[^"]+)","[^"]*","([^"]*)","[^"]*","[^"]*","(-?[0-9]{1,10})"') { continue }
            $name = $Matches[1]
            $state = 'Present'
            # By its length: a text of signs that do not print is equal to none.
            if (([string]$Matches[2]).Length -gt 0) { $state = 'Running' }
            $result = [long]$Matches[3]
            if ($result -lt 0) { $result += 4294967296 }
            if ($result -eq 0) { $result = [long]267011 }
            @{ TaskName = $name; State = $state; Result = $result }
        }
    }
}

function Register-ZdmTask {
    # A task for the batch file of a job. The scheduler takes a password in the clear and keeps it; it goes there and nowhere else.
    param([string]$Way, [string]$Name, [string]$Batch, [string]$About, [int]$Minutes, [pscredential]$Credential)
    if ($Way -eq 'schtasks') {
        $line = '/Create', '/SC', 'ONCE', '/ST', '23:59:00', '/TN', $Name, '/TR', $Batch, '/RU', 'SYSTEM'
        $run = Invoke-ZdmNative -FilePath 'schtasks.exe' -ArgumentList $line
        if ($run.ExitCode -ne 0) { Stop-ZdmVerb -Code NativeExit -Message "schtasks /Create ended with $($run.ExitCode)." -Target $Name }
        return
    }
    $limit = 'PT0S'
    if ($Minutes -gt 0) { $limit = 'PT' + $Minutes + 'M' }
    $who = '<UserId>S-1-5-18</UserId>'
    if ($null -ne $Credential) {
        $who = '<UserId>' + [System.Security.SecurityElement]::Escape([string]$Credential.UserName) + '</UserId><LogonType>Password</LogonType>'
    }
    $xml = (@(
            '<?xml version="1.0" encoding="UTF-16"?>',
            '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
            '<RegistrationInfo><Author>zdm_automate</Author><Description>',
            [System.Security.SecurityElement]::Escape($About),
            '</Description></RegistrationInfo>',
            '<Principals><Principal id="Author">', $who, '<RunLevel>HighestAvailable</RunLevel></Principal></Principals>',
            '<Settings><MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>',
            '<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries><StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>',
            '<AllowStartOnDemand>true</AllowStartOnDemand><Enabled>true</Enabled>',
            '<ExecutionTimeLimit>', $limit, '</ExecutionTimeLimit><Priority>5</Priority></Settings>',
            '<Actions Context="Author"><Exec><Command>cmd.exe</Command><Arguments>/d /c "', $Batch, '"</Arguments></Exec></Actions></Task>'
        ) -join '')
    if ($Way -eq 'module') {
        $task = @{ TaskName = $Name; TaskPath = '\Zdm\'; Xml = $xml }
        if ($null -ne $Credential) {
            $task.User = [string]$Credential.UserName
            $task.Password = $Credential.GetNetworkCredential().Password
        }
        $null = Register-ScheduledTask @task
        return
    }
    $scheduler = New-Object -ComObject Schedule.Service
    $null = $scheduler.Connect()
    # 6: create or update. Logon type 1 keeps the password, 5 is a service account.
    if ($null -eq $Credential) {
        $null = $scheduler.GetFolder('\').RegisterTask($Name, $xml, 6, 'SYSTEM', $null, 5)
        return
    }
    $null = $scheduler.GetFolder('\').RegisterTask($Name, $xml, 6, [string]$Credential.UserName, $Credential.GetNetworkCredential().Password, 1)
}

function Invoke-ZdmTask {
    # Run, End or Delete a task that is there.
    param([string]$Way, [string]$Name, [string]$Do)
    if ($Way -eq 'module') {
        if ($Do -eq 'Run') { Start-ScheduledTask -TaskPath '\Zdm\' -TaskName $Name }
        elseif ($Do -eq 'End') { Stop-ScheduledTask -TaskPath '\Zdm\' -TaskName $Name }
        else { Unregister-ScheduledTask -TaskPath '\Zdm\' -TaskName $Name -Confirm:$false }
        return
    }
    if ($Way -eq 'com') {
        $scheduler = New-Object -ComObject Schedule.Service
        $null = $scheduler.Connect()
        if ($Do -eq 'Run') { $null = $scheduler.GetFolder('\').GetTask($Name).Run($null) }
        elseif ($Do -eq 'End') { $null = $scheduler.GetFolder('\').GetTask($Name).Stop(0) }
        else { $null = $scheduler.GetFolder('\').DeleteTask($Name, 0) }
        return
    }
    $line = @(('/' + $Do), '/TN', $Name)
    if ($Do -eq 'Delete') { $line += '/F' }
    $run = Invoke-ZdmNative -FilePath 'schtasks.exe' -ArgumentList $line
    if ($run.ExitCode -ne 0) { Stop-ZdmVerb -Code NativeExit -Message "schtasks /$Do ended with $($run.ExitCode)." -Target $Name }
}

function Get-ZdmJobSurrounding {
    # What all jobs of a host are judged by: its tasks, processes, drives, and when it was started; read once.
    $processes = @()
    foreach ($one in @(Get-WmiObject -Class Win32_Process)) {
        if ($null -eq $one -or [string]$one.CommandLine -notmatch 'Zdm\\jobs') { continue }
        $processes += @{ Line = [string]$one.CommandLine; Number = [long]$one.ProcessId }
    }
    $way = Get-ZdmTaskWay
    $boot = [string](Get-WmiObject -Class Win32_OperatingSystem).LastBootUpTime
    $booted = [datetime]::ParseExact($boot.Substring(0, 14), 'yyyyMMddHHmmss', [System.Globalization.CultureInfo]::InvariantCulture)
    $booted = [datetime]::SpecifyKind($booted.AddMinutes(-1 * [int]$boot.Substring(21, 4)), [System.DateTimeKind]::Utc)
    $free = @{}
    foreach ($disk in @(Get-WmiObject -Class Win32_LogicalDisk)) {
        if ($null -ne $disk -and $null -ne $disk.FreeSpace) { $free[[string]$disk.DeviceID] = [long]$disk.FreeSpace }
    }
    return @{
        Processes = $processes
        Way       = $way
        Tasks     = @(Get-ZdmTaskRow -Way $way)
        BootedUtc = (ConvertTo-ZdmUtc $booted)
        Free      = $free
    }
}

function Get-ZdmJobText {
    # A small file of a job, without the blanks around; nothing where it is not there.
    param([string]$Path)
    if (-not [System.IO.File]::Exists($Path)) { return $null }
    return ([string][System.IO.File]::ReadAllText($Path, [System.Text.Encoding]::UTF8)).Trim()
}

function Get-ZdmJobScript {
    # The file by which PowerShell runs a function of this prelude in a job: the function, what it leans on, and its call.
    param([string]$Name)
    $parts = @('Get-ZdmFolderList', 'Test-ZdmLeftOut', 'New-ZdmTally', 'Add-ZdmTally', 'ConvertTo-ZdmTallyLine', $Name)
    $call = 'Measure-ZdmTree -Path $Path'
    if ($Name -eq 'Compare-ZdmTree') {
        $parts = @('ConvertTo-ZdmUtc', 'Stop-ZdmVerb', 'Test-ZdmCommand', 'Invoke-ZdmNative', 'Get-ZdmFileState') + $parts
        $call = 'Compare-ZdmTree -Source $Path -Target $Target'
    }
    $lines = @(('# ' + $Name), 'param([string]$Path, [string]$Target, [string]$Log)', "`$ErrorActionPreference = 'Stop'")
    foreach ($part in @($parts)) {
        if ($null -eq $part) { continue }
        $lines += ('function ' + $part + ' {' + (Get-Command -Name $part -CommandType Function).Definition + '}')
    }
    # Written at the end and whole: a log that is there can be read.
    $lines += ('$found = @(' + $call + ')')
    $lines += '[System.IO.File]::WriteAllText($Log, ($found -join "`r`n") + "`r`n", [System.Text.Encoding]::Unicode)'
    return (($lines -join "`n") -replace "`r?`n", "`r`n") + "`r`n"
}

function Get-ZdmJobState {
    # A job as its folder, its task and its processes show it; nothing of it is judged here.
    param([string]$JobId, [hashtable]$Surrounding)
    $folder = 'C:\Zdm\jobs\' + $JobId
    $words = @{ Kind = ''; Label = ''; Command = ''; RunAs = ''; LogName = ''; Volume = ''; CreatedUtc = ''; TotalBytes = ''; FreeBytes = '' }
    foreach ($line in @(([string](Get-ZdmJobText -Path ($folder + '\job.txt'))) -split "`r?`n")) {
        if ($line -match '^(\w+)=(.*)$') { $words[$Matches[1]] = $Matches[2] }
    }
    $task = @($Surrounding['Tasks'] | Where-Object { $null -ne $_ -and $_['TaskName'] -eq ('Zdm-' + $JobId) })
    $processes = @($Surrounding['Processes'] | Where-Object { $null -ne $_ -and [string]$_['Line'] -match [regex]::Escape($JobId) })
    $state = ''
    $result = $null
    if ($task.Count -gt 0) {
        $state = [string]$task[0]['State']
        $result = [long]$task[0]['Result']
    }
    if ($Surrounding['Way'] -eq 'none') { $state = 'Unknown' }
    $started = $null
    if ([System.IO.Directory]::Exists($folder + '\started')) { $started = ConvertTo-ZdmUtc ([System.IO.Directory]::GetLastWriteTimeUtc($folder + '\started')) }
    $ended = $null
    if ([System.IO.File]::Exists($folder + '\ended')) { $ended = ConvertTo-ZdmUtc ([System.IO.File]::GetLastWriteTimeUtc($folder + '\ended')) }
    $code = Get-ZdmJobText -Path ($folder + '\rc')
    # 267011: has never run.
    $launched = $null -ne $started -or $null -ne $code -or @('Running', 'Queued') -contains $state -or ($null -ne $result -and $result -ne 267011)
    $process = $null
    if ($processes.Count -gt 0) { $process = [long]$processes[0]['Number'] }
    $total = $null
    if ($words['TotalBytes'] -match '^\d+$') { $total = [long]$words['TotalBytes'] }
    $before = $null
    if ($words['FreeBytes'] -match '^\d+$') { $before = [long]$words['FreeBytes'] }
    $now = $null
    if ($words['Volume'] -ne '' -and $Surrounding['Free'].ContainsKey($words['Volume'])) { $now = [long]$Surrounding['Free'][$words['Volume']] }
    return @{
        JobId           = $JobId
        Kind            = $words['Kind']
        Title           = $words['Label']
        Command         = $words['Command']
        RunAs           = $words['RunAs']
        CreatedUtc      = $words['CreatedUtc']
        Launched        = [bool]$launched
        Registered      = [bool]($task.Count -gt 0)
        TaskState       = $state
        TaskResult      = $result
        StartedUtc      = $started
        EndedUtc        = $ended
        ExitText        = $code
        Closing         = [bool][System.IO.File]::Exists($folder + '\rc.tmp')
        Stopped         = [bool][System.IO.File]::Exists($folder + '\stopped')
        ProcessId       = $process
        Processes       = [int]$processes.Count
        BootedUtc       = [string]$Surrounding['BootedUtc']
        LogName         = $words['LogName']
        TotalBytes      = $total
        FreeBytesBefore = $before
        FreeBytesNow    = $now
    }
}

function Get-ZdmAccountName {
    # The name of an account by its SID; nothing where it has none any more.
    param([string]$Sid)
    try {
        $identity = New-Object -TypeName System.Security.Principal.SecurityIdentifier -ArgumentList $Sid
        return [string]$identity.Translate([System.Security.Principal.NTAccount])
    }
    catch {
        # 2.0 names every exception of .NET alike.
        if ([string]$_.FullyQualifiedErrorId -notmatch 'IdentityNotMapped|DotNetMethod') { throw }
    }
    return $null
}

function Get-ZdmProfileRow {
    # The profile of a SID as WMI shows it; stops where there is none, or where its user is logged on: his registry is in use then.
    param([string]$Sid)
    if ([string](Get-WmiObject -Class Win32_OperatingSystem).Version -like '5.*') {
        Stop-ZdmVerb -Code Unsupported -Message 'Windows before Vista does not tell of its profiles.' -Target 'Win32_UserProfile' -Category NotInstalled
    }
    $found = @(Get-WmiObject -Class Win32_UserProfile -Filter ("SID='" + $Sid + "'") | Where-Object { $null -ne $_ })
    if ($found.Count -eq 0) { Stop-ZdmVerb -Code NotFound -Message "There is no profile of $Sid." -Target $Sid -Category ObjectNotFound }
    if ($found[0].Loaded) {
        Stop-ZdmVerb -Code Locked -Message "The profile $($found[0].LocalPath) is loaded; log the user off first." -Target $Sid -Category ResourceBusy
    }
    return $found[0]
}

function Open-ZdmHive {
    # The registry of a user below HKU: under his SID while he is logged on, else loaded from his profile under a name of our own.
    # One that a call which died has left loaded is taken over.
    param([string]$Sid, [string]$Path, [bool]$Loaded)
    if ($Loaded) { return @{ Root = ('HKU\' + $Sid); Own = $false } }
    $root = 'HKU\Zdm-' + $Sid
    if ((Invoke-ZdmNative -FilePath 'reg.exe' -ArgumentList 'query', $root).ExitCode -ne 0) {
        $run = Invoke-ZdmNative -FilePath 'reg.exe' -ArgumentList 'load', $root, ($Path + '\NTUSER.DAT')
        if ($run.ExitCode -ne 0) {
            Stop-ZdmVerb -Code Locked -Message "The registry of '$Path' cannot be loaded; log its user off first." -Target $Sid -Category ResourceBusy
        }
    }
    return @{ Root = $root; Own = $true }
}

function Close-ZdmHive {
    # A hive that stays loaded breaks its user's next logon.
    param([hashtable]$Hive)
    if (-not $Hive['Own']) { return }
    $run = Invoke-ZdmNative -FilePath 'reg.exe' -ArgumentList 'unload', $Hive['Root']
    if ($run.ExitCode -ne 0) {
        Stop-ZdmVerb -Code NativeExit -Message "$($Hive['Root']) stays loaded (reg unload ended with $($run.ExitCode)); unload it before its user logs on." -Target $Hive['Root']
    }
}

function Get-ZdmHiveValue {
    # The values below a key of a hive as reg.exe prints them: the key below that one, name, data.
    param([string]$Root, [string]$Key)
    $run = Invoke-ZdmNative -FilePath 'reg.exe' -ArgumentList 'query', ($Root + '\' + $Key), '/s'
    $here = ''
    foreach ($line in @($run.StdOut)) {
        if ($line -match '^HKEY_USERS\\') { $here = $line.Trim().Substring(('HKEY_USERS' + $Root.Substring(3) + '\' + $Key).Length).TrimStart('\') }
        elseif ($line -match '^\s+(\S.*?)\s+REG_[A-Z_]+(?:\s+(.*))?$') { @{ Key = $here; Name = [string]$Matches[1]; Data = [string]$Matches[2] } }
    }
}

function Invoke-ZdmHiveChange {
    # One call of reg.exe that changes a hive.
    param([string[]]$Word)
    $run = Invoke-ZdmNative -FilePath 'reg.exe' -ArgumentList $Word
    if ($run.ExitCode -ne 0) { Stop-ZdmVerb -Code NativeExit -Message "reg $($Word[0]) ended with $($run.ExitCode)." -Target $Word[1] }
}

function Test-ZdmKey {
    # Whether the password of a credential can be the key of a store: long enough, and the same letters in every code page.
    param($Credential)
    return [regex]::IsMatch($Credential.GetNetworkCredential().Password, '^[!-~][ -~]{6,254}[!-~]\z')
}

function Test-ZdmKeyFile {
    # Whether a file holds the key that is the password of a credential.
    param([string]$Path, $Credential)
    if (-not [System.IO.File]::Exists($Path)) { return $false }
    return [System.IO.File]::ReadAllText($Path, [System.Text.Encoding]::UTF8) -ceq $Credential.GetNetworkCredential().Password
}

function Write-ZdmKeyFile {
    # A key as a file: usmtutils, scanstate and loadstate take it in no other form but on their command line. First nobody but the
    # system and the administrators may read it, then it is written.
    param([string]$Path, $Credential)
    $plain = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
    $null = [System.IO.File]::WriteAllText($Path, '', $plain)
    $words = @($Path, '/inheritance:r', '/grant:r', '*S-1-5-18:F', '*S-1-5-32-544:F')
    $run = Invoke-ZdmNative -FilePath 'icacls.exe' -ArgumentList $words
    if ($run.ExitCode -ne 0) {
        Remove-Item -LiteralPath $Path -Force
        Stop-ZdmVerb -Code NativeExit -Message "icacls ended with $($run.ExitCode); no key was written." -Target $Path
    }
    $null = [System.IO.File]::WriteAllText($Path, $Credential.GetNetworkCredential().Password, $plain)
}

function Get-ZdmVm {
    # The one virtual machine of a name, or nothing. Names are not unique on Hyper-V: a change by name would hit all of them.
    param([string]$Name)
    if (-not (Import-ZdmModule Hyper-V)) { Stop-ZdmVerb -Code Precondition -Message 'This host has no Hyper-V module.' -Target 'Hyper-V' }
    $found = @(Get-VM | Where-Object { $null -ne $_ -and [string]$_.Name -eq $Name })
    if ($found.Count -gt 1) { Stop-ZdmVerb -Code Ambiguous -Message "There are $($found.Count) virtual machines called '$Name'." -Target $Name }
    if ($found.Count -eq 1) { return $found[0] }
    return $null
}

function Get-ZdmOwnVm {
    # The machine of a name, which must be there and bear the lab's mark: a lab never touches a machine that is somebody else's.
    param([string]$Name, [string]$Mark)
    $vm = Get-ZdmVm -Name $Name
    if ($null -eq $vm) { Stop-ZdmVerb -Code NotFound -Message "There is no machine '$Name'." -Target $Name -Category ObjectNotFound }
    if ([string]$vm.Notes -ne $Mark) { Stop-ZdmVerb -Code Precondition -Message "The machine '$Name' is not the lab's own ('$($vm.Notes)')." -Target $Name }
    return $vm
}

function Get-ZdmCheckpointState {
    # Whether a machine has a checkpoint of this name; several of one name cannot be told apart.
    param([string]$Name, [string]$Label)
    if (-not (Import-ZdmModule Hyper-V)) { Stop-ZdmVerb -Code Precondition -Message 'This host has no Hyper-V module.' -Target 'Hyper-V' }
    $found = @(Get-VMSnapshot -VMName $Name | Where-Object { $null -ne $_ -and [string]$_.Name -eq $Label })
    if ($found.Count -gt 1) { Stop-ZdmVerb -Code Ambiguous -Message "The machine '$Name' has $($found.Count) checkpoints '$Label'." -Target $Label }
    return @{ Exists = ($found.Count -eq 1) }
}

function Get-ZdmSwitchState {
    # A virtual switch as it is; nothing in its fields where there is none.
    param([string]$Name)
    if (-not (Import-ZdmModule Hyper-V)) { Stop-ZdmVerb -Code Precondition -Message 'This host has no Hyper-V module.' -Target 'Hyper-V' }
    $state = @{ Kind = $null; Mark = $null }
    foreach ($switch in @(Get-VMSwitch)) {
        if ($null -ne $switch -and [string]$switch.Name -eq $Name) { $state = @{ Kind = [string]$switch.SwitchType; Mark = [string]$switch.Notes } }
    }
    return $state
}

function Get-ZdmShareWay {
    # How the shares of this host are asked: module, or wmi (2008 R2 and older). WMI shows no share while the service is stopped,
    # and that must not look like a server without shares.
    if (Import-ZdmModule SmbShare) { return 'module' }
    $service = Get-WmiObject -Class Win32_Service -Filter "Name='LanmanServer'"
    if ($null -eq $service -or [string]$service.State -ne 'Running') {
        Stop-ZdmVerb -Code Precondition -Message 'The service LanmanServer does not run; its shares cannot be read or changed.' -Target 'LanmanServer'
    }
    return 'wmi'
}

function Get-ZdmShareRow {
    # Shares as flat hashtables, all that people use or the named one. WMI tells neither what clients keep copies of, nor whether
    # people see what they may not open, nor encryption: nothing there.
    param([string]$Way, [string]$Name = '')
    if ($Way -eq 'module') {
        foreach ($share in @(Get-SmbShare)) {
            if ($null -eq $share -or ($Name -eq '' -and $share.Special)) { continue }
            if ($Name -ne '' -and [string]$share.Name -ne $Name) { continue }
            @{
                Name            = [string]$share.Name
                Path            = [string]$share.Path
                Description     = [string]$share.Description
                CachingMode     = [string]$share.CachingMode
                EnumerationMode = [string]$share.FolderEnumerationMode
                UserLimit       = [long]$share.ConcurrentUserLimit
                EncryptData     = [bool]$share.EncryptData
                Sddl            = [string]$share.SecurityDescriptor
            }
        }
        return
    }
    # Type 0 is a folder; the others are printers, devices, and what administrators alone use.
    $found = @(Get-WmiObject -Class Win32_Share | Where-Object { $null -ne $_ -and [long]$_.Type -eq 0 -and ($Name -eq '' -or [string]$_.Name -eq $Name) })
    $texts = Get-ZdmShareSddl -Name @($found | ForEach-Object { [string]$_.Name })
    foreach ($share in $found) {
        if ($null -eq $share) { continue }
        $limit = [long]0
        if (-not $share.AllowMaximum -and $null -ne $share.MaximumAllowed) { $limit = [long]$share.MaximumAllowed }
        @{
            Name            = [string]$share.Name
            Path            = [string]$share.Path
            Description     = [string]$share.Description
            CachingMode     = $null
            EnumerationMode = $null
            UserLimit       = $limit
            EncryptData     = $null
            Sddl            = [string]$texts[[string]$share.Name]
        }
    }
}

function Get-ZdmShareState {
    # A share as it is; empty texts where there is none.
    param([string]$Way, [string]$Name)
    $state = @{ Exists = $false; Path = ''; Description = ''; CachingMode = ''; EnumerationMode = ''; UserLimit = [long]0; Sddl = '' }
    $found = @(Get-ZdmShareRow -Way $Way -Name $Name)
    if ($found.Count -gt 0) {
        $state.Exists = $true
        foreach ($field in 'Path', 'Description', 'CachingMode', 'EnumerationMode', 'UserLimit', 'Sddl') { $state[$field] = $found[0][$field] }
    }
    return $state
}

function Assert-ZdmShareAnswer {
    # Stops with what a method of WMI for shares has answered, where that is not 0: it is never an error by itself.
    param([string]$Method, [string]$Name, [long]$Code)
    if ($Code -eq 0) { return }
    $words = @{
        '2'  = 'access is denied'
        '8'  = 'an unknown failure'
        '9'  = 'the name is not valid'
        '10' = 'the level is not valid'
        '21' = 'a parameter is not valid'
        '22' = 'there is a share of that name already'
        '23' = 'the path is redirected'
        '24' = 'there is no such folder or device'
        '25' = 'there is no share of that name'
    }
    if ($Method -eq 'GetSecurityDescriptor') { $words['9'] = 'a privilege is missing' }
    $classes = @{ '2' = 'AccessDenied'; '22' = 'AlreadyExists'; '24' = 'NotFound'; '25' = 'NotFound' }
    $said = 'no reason is documented'
    if ($words.ContainsKey("$Code")) { $said = $words["$Code"] }
    $class = 'NativeExit'
    if ($classes.ContainsKey("$Code")) { $class = $classes["$Code"] }
    Stop-ZdmVerb -Code $class -Message "$Method of the share '$Name' ended with code ${Code}: $said." -Target $Name
}

function Get-ZdmShareSddl {
    # The permissions of shares by WMI: text forms by name. None where it keeps none of their own for a share, or they say more than
    # who may and who may not. A list that is not there and one without a line look alike: none too.
    param([string[]]$Name)
    $texts = @{}
    foreach ($setting in @(Get-WmiObject -Class Win32_LogicalShareSecuritySetting)) {
        if ($null -eq $setting -or $Name -notcontains [string]$setting.Name) { continue }
        $answer = $setting.GetSecurityDescriptor()
        Assert-ZdmShareAnswer -Method 'GetSecurityDescriptor' -Name ([string]$setting.Name) -Code ([long]$answer.ReturnValue)
        $told = $answer.Descriptor
        $bits = [long]$told.ControlFlags
        if (($bits -band 4) -eq 0) { continue }
        # Owner and group of a share say nothing of who may; where a script has set none, they are told as Windows itself sets them.
        $owner = 'SY'
        $group = 'SY'
        if ($null -ne $told.Owner) { $owner = [string]$told.Owner.SIDString }
        if ($null -ne $told.Group) { $group = [string]$told.Group.SIDString }
        $text = 'O:' + $owner + 'G:' + $group + 'D:'
        if (($bits -band 4096) -ne 0) { $text += 'P' }
        if (($bits -band 256) -ne 0) { $text += 'AR' }
        if (($bits -band 1024) -ne 0) { $text += 'AI' }
        $lines = 0
        $other = 0
        foreach ($ace in @($told.DACL)) {
            if ($null -eq $ace) { continue }
            $kind = [long]$ace.AceType
            if ($kind -gt 1) {
                $other += 1
                continue
            }
            $lines += 1
            $flags = ''
            foreach ($pair in @(@(1, 'OI'), @(2, 'CI'), @(4, 'NP'), @(8, 'IO'), @(16, 'ID'))) {
                if (([long]$ace.AceFlags -band $pair[0]) -ne 0) { $flags += $pair[1] }
            }
            $text += '(' + @('A', 'D')[$kind] + ';' + $flags + ';0x' + ([long]$ace.AccessMask).ToString('x') + ';;;' + [string]$ace.Trustee.SIDString + ')'
        }
        if ($lines -gt 0 -and $other -eq 0) { $texts[[string]$setting.Name] = [string](ConvertTo-ZdmSddl -Sddl $text) }
    }
    return $texts
}

function ConvertTo-ZdmSddl {
    # A security descriptor in text form as this Windows writes it: short names of accounts and rights where it has some.
    param([string]$Sddl)
    $read = New-Object -TypeName System.Security.AccessControl.RawSecurityDescriptor -ArgumentList $Sddl
    return [string]$read.GetSddlForm([System.Security.AccessControl.AccessControlSections]'Access, Owner, Group')
}

function New-ZdmShareDescriptor {
    # The security descriptor that methods of WMI take, from its text form. The casts take PowerShell's own wrapping off: WMI
    # does not know it, and refuses an object within another that wears it.
    param([string]$Sddl)
    $read = New-Object -TypeName System.Security.AccessControl.RawSecurityDescriptor -ArgumentList $Sddl
    $trustee = {
        # WMI goes by the bytes of a SID; its text is for who looks.
        param([System.Security.Principal.SecurityIdentifier]$Sid)
        [byte[]]$bytes = @([byte]0) * [int]$Sid.BinaryLength
        $null = $Sid.GetBinaryForm($bytes, 0)
        $one = (New-Object -TypeName System.Management.ManagementClass -ArgumentList 'Win32_Trustee').CreateInstance()
        $one.SID = $bytes
        $one.SidLength = [uint32]$bytes.Length
        $one.SIDString = [string]$Sid.Value
        $one
    }
    $aces = @()
    foreach ($given in @($read.DiscretionaryAcl)) {
        if ($null -eq $given) { continue }
        $ace = (New-Object -TypeName System.Management.ManagementClass -ArgumentList 'Win32_ACE').CreateInstance()
        $ace.AceType = [uint32][int]$given.AceType
        $ace.AceFlags = [uint32][int]$given.AceFlags
        $ace.AccessMask = [System.BitConverter]::ToUInt32([System.BitConverter]::GetBytes([int]$given.AccessMask), 0)
        $ace.Trustee = [System.Management.ManagementBaseObject](& $trustee $given.SecurityIdentifier)
        $aces += $ace
    }
    $made = (New-Object -TypeName System.Management.ManagementClass -ArgumentList 'Win32_SecurityDescriptor').CreateInstance()
    # That there is a list, and whether it is protected, inherits or wants to: nothing of how it lies in memory.
    $made.ControlFlags = [uint32]([int]$read.ControlFlags -band 5380)
    $made.Owner = [System.Management.ManagementBaseObject](& $trustee $read.Owner)
    $made.Group = [System.Management.ManagementBaseObject](& $trustee $read.Group)
    $made.DACL = [System.Management.ManagementBaseObject[]]$aces
    return $made
}

function Resolve-ZdmShareSddl {
    # Permissions as this host writes them, for the way that it is asked. WMI does not tell an empty list from none at all.
    param([string]$Way, [string]$Name, [string]$Sddl)
    if ($Way -eq 'module') { return $Sddl }
    if ($Sddl.IndexOf('(') -lt 0) {
        Stop-ZdmVerb -Code Precondition -Message "The permissions of '$Name' would let nobody in without a line that says so: add a denial." -Target $Name
    }
    return (ConvertTo-ZdmSddl -Sddl $Sddl)
}

function Set-ZdmShareByWmi {
    # The permissions of a share; its limit and description go along as they are, for the method sets all three.
    param([string]$Name, [string]$Sddl)
    $share = @(Get-WmiObject -Class Win32_Share | Where-Object { $null -ne $_ -and [string]$_.Name -eq $Name })[0]
    $most = [uint32]4294967295
    if (-not $share.AllowMaximum -and $null -ne $share.MaximumAllowed) { $most = [uint32]$share.MaximumAllowed }
    $answer = $share.SetShareInfo($most, [string]$share.Description, [System.Management.ManagementBaseObject](New-ZdmShareDescriptor -Sddl $Sddl))
    Assert-ZdmShareAnswer -Method 'SetShareInfo' -Name $Name -Code ([long]$answer.ReturnValue)
}

function New-ZdmShareByWmi {
    # Shares a folder with these permissions from its first moment on.
    param([string]$Name, [string]$Path, [string]$Description, [long]$UserLimit, [string]$Sddl)
    $class = New-Object -TypeName System.Management.ManagementClass -ArgumentList 'Win32_Share'
    $given = $class.GetMethodParameters('Create')
    $given.Path = $Path
    $given.Name = $Name
    $given.Type = [uint32]0
    $given.Description = $Description
    if ($UserLimit -gt 0) { $given.MaximumAllowed = [uint32]$UserLimit }
    $given.Access = [System.Management.ManagementBaseObject](New-ZdmShareDescriptor -Sddl $Sddl)
    $answer = $class.InvokeMethod('Create', $given, $null)
    Assert-ZdmShareAnswer -Method 'Create' -Name $Name -Code ([long]$answer.ReturnValue)
}

function Remove-ZdmShareByWmi {
    # Ends a share.
    param([string]$Name)
    $share = @(Get-WmiObject -Class Win32_Share | Where-Object { $null -ne $_ -and [string]$_.Name -eq $Name })[0]
    # The class has a method of that name, which answers with a code; so has the object of .NET, which gives nothing.
    $answer = $share.Delete()
    if ($null -ne $answer) { Assert-ZdmShareAnswer -Method 'Delete' -Name $Name -Code ([long]$answer.ReturnValue) }
}

function Get-ZdmShareSessionRow {
    # Who is connected, as flat hashtables. By the module each session has a number. Before it a server ends all that a computer
    # has open at once, so one row is a computer: the users together, how many files, and the seconds of the oldest connection.
    param([string]$Way)
    if ($Way -eq 'module') {
        $files = @(Get-SmbOpenFile | Where-Object { $null -ne $_ })
        foreach ($session in @(Get-SmbSession)) {
            if ($null -eq $session) { continue }
            $own = @($files | Where-Object { [string]$_.SessionId -eq [string]$session.SessionId } | ForEach-Object { [string]$_.Path })
            @{
                SessionId = [string]$session.SessionId
                User      = [string]$session.ClientUserName
                Client    = [string]$session.ClientComputerName
                OpenFiles = [string[]]$own
                OpenCount = [long]$own.Count
                Seconds   = [long]0
            }
        }
        return
    }
    $rows = @()
    foreach ($open in @(Get-WmiObject -Class Win32_ServerSession)) {
        if ($null -eq $open) { continue }
        $client = ([string]$open.ComputerName).TrimStart('\')
        $user = [string]$open.UserName
        $row = $null
        foreach ($one in $rows) {
            if ($null -ne $one -and $one.Client -eq $client) { $row = $one }
        }
        if ($null -eq $row) {
            $row = @{ SessionId = '\\' + $client; User = ''; Client = $client; OpenFiles = [string[]]@(); OpenCount = [long]0; Seconds = [long]0; Users = @() }
            $rows += $row
        }
        if ($user -ne '' -and $row.Users -notcontains $user) { $row.Users = @($row.Users) + $user }
        $row.User = @($row.Users) -join ', '
        $row.OpenCount = [long]$row.OpenCount + [long]$open.ResourcesOpened
        if ([long]$open.ActiveTime -gt $row.Seconds) { $row.Seconds = [long]$open.ActiveTime }
    }
    foreach ($row in $rows) {
        if ($null -ne $row) { $row }
    }
}

function Get-ZdmFolderList {
    # Files and folders right in a folder in the order of their letters, which is the same on each system; without the folders
    # that belong to a drive and not to a share.
    param([string]$Path)
    $left = @('System Volume Information', '$RECYCLE.BIN', 'RECYCLER', 'DfsrPrivate', '~snapshot')
    $here = New-Object -TypeName System.IO.DirectoryInfo -ArgumentList $Path
    $list = @{ Files = @(); Folders = @() }
    $own = @{}
    foreach ($one in @($here.GetFiles())) {
        if ($null -eq $one) { continue }
        $file = [System.IO.FileInfo]$one
        $own[$file.Name] = @{ Name = $file.Name; Bytes = [long]$file.Length; Marks = [int]$file.Attributes; Ticks = [long]$file.LastWriteTimeUtc.Ticks }
    }
    $names = [string[]]@($own.Keys)
    $null = [System.Array]::Sort($names, [System.StringComparer]::OrdinalIgnoreCase)
    $list.Files = @($names | ForEach-Object { $own[$_] })
    $own = @{}
    foreach ($folder in @($here.GetDirectories())) {
        if ($null -ne $folder -and $left -notcontains [string]$folder.Name) { $own[[string]$folder.Name] = @{ Name = [string]$folder.Name; Marks = [int]$folder.Attributes } }
    }
    $names = [string[]]@($own.Keys)
    $null = [System.Array]::Sort($names, [System.StringComparer]::OrdinalIgnoreCase)
    $list.Folders = @($names | ForEach-Object { $own[$_] })
    return $list
}

function Test-ZdmLeftOut {
    # Whether the passes of a share leave a file of that name out.
    param([string]$Name)
    return ($Name -like '~$*' -or $Name -like '*.tmp' -or $Name -eq 'thumbs.db' -or $Name -eq 'pagefile.sys')
}

function New-ZdmTally {
    # How often each sort is met, with bytes and the first five places; nothing yet.
    param([string[]]$Sort)
    $tally = @{}
    foreach ($one in @($Sort)) {
        if ($null -ne $one) { $tally[$one] = @{ Times = [long]0; Bytes = [long]0; First = @() } }
    }
    return $tally
}

function Add-ZdmTally {
    # One more of a sort.
    param([hashtable]$Tally, [string]$Sort, [string]$Place, [long]$Bytes)
    $row = $Tally[$Sort]
    $row.Times += 1
    $row.Bytes += $Bytes
    if ($row.Times -le 5) { $row.First += $Place }
}

function ConvertTo-ZdmTallyLine {
    # A line for each sort: its name, how often, how many bytes, and the first places, with tabs between.
    param([hashtable]$Tally, [string[]]$Sort)
    foreach ($one in @($Sort)) {
        if ($null -eq $one) { continue }
        $row = $Tally[$one]
        (@(@($one, [string]$row.Times, [string]$row.Bytes) + @($row.First)) -join "`t")
    }
}

function ConvertFrom-ZdmTallyLine {
    # What such a line says: Sort, Count, Bytes, Examples.
    param([string]$Line)
    $cells = @($Line -split "`t")
    $first = @()
    if ($cells.Length -gt 3) { $first = @($cells[3..($cells.Length - 1)]) }
    return @{ Sort = [string]$cells[0]; Count = [long]$cells[1]; Bytes = [long]$cells[2]; Examples = [string[]]$first }
}

function Measure-ZdmTree {
    # What a move of a tree meets: a line for each sort of finding with how often, how many bytes, and the first five, with tabs
    # between. A job runs it with what it leans on (Start-ZdmJob names that). Folders 0 is the whole tree.
    param([string]$Path, [int]$Folders = 0, [int]$Years = 7)
    $root = $Path.TrimEnd('\')
    $sorts = @(
        'folder', 'file', 'unread', 'long', 'name', 'link', 'point', 'encrypted', 'packed', 'sparse', 'large', 'old',
        'database', 'mail', 'excluded', 'stream', 'owner', 'orphan', 'local', 'cut-off'
    )
    $found = New-ZdmTally -Sort $sorts
    $kinds = @{}
    foreach ($kind in '.pst', '.ost') { $kinds[$kind] = 'mail' }
    foreach ($kind in '.mdb', '.accdb', '.ldb', '.laccdb', '.qbw', '.mdf', '.ndf', '.ldf', '.edb', '.fdb', '.sdf') { $kinds[$kind] = 'database' }
    $sections = [System.Security.AccessControl.AccessControlSections]'Access, Owner'
    $streams = $PSVersionTable.PSVersion.Major -ge 3
    $parameter = 'Stream'
    $before = [long](Get-Date).ToUniversalTime().AddDays(-365 * $Years).Ticks
    # Groups of this machine alone, by the short names of security descriptors; Administrators and Users are everywhere.
    $classes = @{ PU = 'local'; BG = 'local'; BO = 'local'; SO = 'local'; AO = 'local'; PO = 'local'; LA = 'local'; LG = 'local' }
    $classify = {
        # Of a SID: orphan where nobody has it any more, local where it is this machine's own, else nothing.
        param([string]$Sid)
        if (-not $classes.ContainsKey($Sid)) {
            $classes[$Sid] = ''
            if ($Sid -like 'S-1-5-21-*') {
                try {
                    $identity = New-Object -TypeName System.Security.Principal.SecurityIdentifier -ArgumentList $Sid
                    $account = [string]$identity.Translate([System.Security.Principal.NTAccount])
                    if ($account -like ([string]$env:COMPUTERNAME + '\*')) { $classes[$Sid] = 'local' }
                }
                catch {
                    if ([string]$_.FullyQualifiedErrorId -notmatch 'IdentityNotMapped|DotNetMethod') { throw }
                    $classes[$Sid] = 'orphan'
                }
            }
        }
        return [string]$classes[$Sid]
    }
    $judge = {
        # The permissions of a file or folder: its own ones alone, what it inherits is told at the top.
        param([string]$Sddl, [string]$Place, [bool]$Top)
        if ($Sddl -cmatch '^O:(S-[0-9-]+|[A-Z]{2})' -and (& $classify $Matches[1]) -ne '') { Add-ZdmTally $found 'owner' $Place 0 }
        if (-not $Top -and $Sddl -cmatch 'D:(AI|AR)*P') { Add-ZdmTally $found 'cut-off' $Place 0 }
        $told = @{}
        foreach ($entry in @([regex]::Matches($Sddl, '\([A-Z]+;([A-Z]*);[^;()]*;[^;()]*;[^;()]*;([A-Z]{2}|S-[0-9-]+)\)'))) {
            if ($null -eq $entry -or (-not $Top -and [string]$entry.Groups[1].Value -clike '*ID*')) { continue }
            $class = & $classify ([string]$entry.Groups[2].Value)
            if ($class -ne '' -and -not $told.ContainsKey($class)) {
                $told[$class] = $true
                Add-ZdmTally $found $class $Place 0
            }
        }
    }
    $waiting = New-Object -TypeName System.Collections.ArrayList
    $null = $waiting.Add($root)
    $looked = 0
    while ($waiting.Count -gt 0 -and ($Folders -eq 0 -or $looked -lt $Folders)) {
        $folder = [string]$waiting[$waiting.Count - 1]
        $null = $waiting.RemoveAt($waiting.Count - 1)
        $looked += 1
        try {
            $listed = Get-ZdmFolderList -Path $folder
            $sddl = [string][System.IO.Directory]::GetAccessControl($folder).GetSecurityDescriptorSddlForm($sections)
        }
        catch {
            # Who walks has no right there, or the path is too long for .NET; robocopy in backup mode takes both.
            Add-ZdmTally $found 'unread' $folder 0
            continue
        }
        Add-ZdmTally $found 'folder' $folder 0
        & $judge $sddl $folder ($folder -eq $root)
        foreach ($item in @($listed['Files'])) {
            if ($null -eq $item) { continue }
            $name = [string]$item['Name']
            $file = $folder + '\' + $name
            $size = [long]$item['Bytes']
            $marks = [int]$item['Marks']
            if ($file.Length -ge 260) { Add-ZdmTally $found 'long' $file $size }
            if ($name -match '[ .]$') { Add-ZdmTally $found 'name' $file $size }
            try {
                $sddl = [string][System.IO.File]::GetAccessControl($file).GetSecurityDescriptorSddlForm($sections)
                $parts = 1
                if ($streams) {
                    # The parameter came with 3.0 and is named there alone.
                    $asked = @{ LiteralPath = $file; Force = $true; ErrorAction = 'Stop' }
                    $asked[$parameter] = '*'
                    $parts = @(Get-Item @asked).Length
                }
            }
            catch {
                Add-ZdmTally $found 'unread' $file $size
                continue
            }
            Add-ZdmTally $found 'file' $file $size
            if (($marks -band 1024) -ne 0) { Add-ZdmTally $found 'point' $file $size }
            if (($marks -band 16384) -ne 0) { Add-ZdmTally $found 'encrypted' $file $size }
            if (($marks -band 2048) -ne 0) { Add-ZdmTally $found 'packed' $file $size }
            if (($marks -band 512) -ne 0) { Add-ZdmTally $found 'sparse' $file $size }
            if ($size -gt 4294967296) { Add-ZdmTally $found 'large' $file $size }
            if ([long]$item['Ticks'] -lt $before) { Add-ZdmTally $found 'old' $file $size }
            $dot = $name.LastIndexOf('.')
            if ($dot -ge 0 -and $kinds.ContainsKey($name.Substring($dot))) { Add-ZdmTally $found $kinds[$name.Substring($dot)] $file $size }
            if (Test-ZdmLeftOut -Name $name) { Add-ZdmTally $found 'excluded' $file $size }
            if ($parts -gt 1) { Add-ZdmTally $found 'stream' $file $size }
            & $judge $sddl $file $false
        }
        $below = @($listed['Folders'])
        for ($at = $below.Length - 1; $at -ge 0; $at -= 1) {
            if ($null -eq $below[$at]) { continue }
            $one = $folder + '\' + [string]$below[$at]['Name']
            if (([int]$below[$at]['Marks'] -band 1024) -ne 0) { Add-ZdmTally $found 'link' $one 0 }
            else { $null = $waiting.Add($one) }
        }
    }
    if (-not $streams) { $found['stream'].Times = [long]-1 }
    $lines = @(ConvertTo-ZdmTallyLine -Tally $found -Sort $sorts)
    # Last, so that a log that was cut off has no such line.
    $lines += 'unseen' + "`t" + [string]$waiting.Count + "`t0"
    return $lines
}

function Compare-ZdmTree {
    # A sample of a tree at two places: the newest files, the largest, and some drawn by lot. A line for each sort of difference
    # with how often, how many bytes, and the first five, with tabs between. A job runs it with what it leans on.
    param([string]$Source, [string]$Target, [int]$Newest = 200, [int]$Lot = 200, [int]$Largest = 20, [long]$MostBytes = 107374182400)
    $root = $Source.TrimEnd('\')
    $there = $Target.TrimEnd('\')
    $sections = [System.Security.AccessControl.AccessControlSections]'Access, Owner'
    $sorts = @('sampled', 'missing', 'contents', 'permissions', 'unread', 'unhashed')
    $found = New-ZdmTally -Sort $sorts
    $own = {
        # Permissions as far as they are an item's own: what it inherits follows from the folder above, on each side.
        param([string]$Place, [bool]$Folder)
        if ($Folder) { $sddl = [string][System.IO.Directory]::GetAccessControl($Place).GetSecurityDescriptorSddlForm($sections) }
        else { $sddl = [string][System.IO.File]::GetAccessControl($Place).GetSecurityDescriptorSddlForm($sections) }
        return (($sddl -creplace '\([A-Z]+;[A-Z]*ID[A-Z]*;[^()]*\)', '') -creplace 'D:(P?)(AI|AR)*', 'D:$1')
    }
    $young = New-Object -TypeName System.Collections.ArrayList
    $big = New-Object -TypeName System.Collections.ArrayList
    $drawn = New-Object -TypeName System.Collections.ArrayList
    $keep = {
        # The last so many of a list, in the order of the letters.
        param([System.Collections.ArrayList]$List, [int]$Most)
        $null = $List.Sort([System.StringComparer]::Ordinal)
        if ($List.Count -gt $Most) { $null = $List.RemoveRange(0, $List.Count - $Most) }
    }
    $seen = [long]0
    $state = [long]8
    $waiting = New-Object -TypeName System.Collections.ArrayList
    $null = $waiting.Add('')
    while ($waiting.Count -gt 0) {
        $folder = [string]$waiting[$waiting.Count - 1]
        $null = $waiting.RemoveAt($waiting.Count - 1)
        try { $listed = Get-ZdmFolderList -Path ($root + $folder) }
        catch {
            Add-ZdmTally $found 'unread' ($root + $folder) 0
            continue
        }
        foreach ($item in @($listed['Files'])) {
            if ($null -eq $item -or (Test-ZdmLeftOut -Name ([string]$item['Name']))) { continue }
            $file = $folder + '\' + [string]$item['Name']
            $null = $young.Add(([long]$item['Ticks']).ToString('d19') + $file)
            $null = $big.Add(([long]$item['Bytes']).ToString('d19') + $file)
            if ($young.Count -gt 2 * $Newest + 1000) { & $keep $young $Newest }
            if ($big.Count -gt 2 * $Largest + 1000) { & $keep $big $Largest }
            $seen += 1
            if ($seen -le $Lot) {
                $null = $drawn.Add($file)
                continue
            }
            $state = ($state * 1103515245 + 12345) % 2147483648
            $at = $state % $seen
            if ($at -lt $Lot) { $drawn[[int]$at] = $file }
        }
        $below = @($listed['Folders'])
        for ($at = $below.Length - 1; $at -ge 0; $at -= 1) {
            if ($null -eq $below[$at]) { continue }
            if (([int]$below[$at]['Marks'] -band 1024) -eq 0) { $null = $waiting.Add($folder + '\' + [string]$below[$at]['Name']) }
        }
    }
    & $keep $young $Newest
    & $keep $big $Largest
    $chosen = @{}
    foreach ($key in @(@($young.ToArray()) + @($big.ToArray()))) { $chosen[([string]$key).Substring(19)] = $true }
    foreach ($key in @($drawn.ToArray())) { $chosen[[string]$key] = $true }
    $paths = [string[]]@($chosen.Keys)
    $null = [System.Array]::Sort($paths, [System.StringComparer]::Ordinal)
    $hashed = [long]0
    $folders = @{}
    foreach ($path in @($paths)) {
        if ($null -eq $path) { continue }
        try {
            $here = Get-Item -LiteralPath ($root + $path) -Force -ErrorAction Stop
            $size = [long]$here.Length
            Add-ZdmTally $found 'sampled' ($root + $path) $size
            if (-not [System.IO.File]::Exists($there + $path)) {
                Add-ZdmTally $found 'missing' $path $size
                continue
            }
            $other = Get-Item -LiteralPath ($there + $path) -Force -ErrorAction Stop
            if ($size -ne [long]$other.Length) { Add-ZdmTally $found 'contents' $path $size }
            elseif ($hashed + $size -gt $MostBytes) { Add-ZdmTally $found 'unhashed' $path $size }
            else {
                $hashed += $size
                if ((Get-ZdmFileState -Path ($root + $path)).Sha256 -ne (Get-ZdmFileState -Path ($there + $path)).Sha256) { Add-ZdmTally $found 'contents' $path $size }
            }
            if ((& $own ($root + $path) $false) -cne (& $own ($there + $path) $false)) { Add-ZdmTally $found 'permissions' $path $size }
            $folder = $path.Substring(0, $path.LastIndexOf('\'))
            if (-not $folders.ContainsKey($folder)) {
                $folders[$folder] = $true
                if ((& $own ($root + $folder) $true) -cne (& $own ($there + $folder) $true)) { Add-ZdmTally $found 'permissions' ($folder + '\') 0 }
            }
        }
        catch { Add-ZdmTally $found 'unread' $path 0 }
    }
    $lines = @(ConvertTo-ZdmTallyLine -Tally $found -Sort $sorts)
    # Last, so that a log that was cut off has no such line.
    $lines += 'files' + "`t" + [string]$seen + "`t0"
    return $lines
}

function Get-ZdmVhdState {
    # A virtual hard disk as it is. Made: the folder beside it bears this very disk's identifier; Marked: there is such a folder.
    param([string]$Path)
    $state = @{ Exists = $false; Kind = $null; SizeBytes = $null; ParentPath = $null; Identifier = $null; Made = $false }
    $state.Marked = Test-Path -LiteralPath "$Path.zdm"
    if (-not (Import-ZdmModule Hyper-V) -or -not (Test-Path -LiteralPath $Path)) { return $state }
    $disk = Get-VHD -Path $Path
    $state.Exists = $true
    $state.Kind = [string]$disk.VhdType
    $state.SizeBytes = [long]$disk.Size
    if ($disk.ParentPath) { $state.ParentPath = [string]$disk.ParentPath }
    $state.Identifier = [string]$disk.DiskIdentifier
    $state.Made = Test-Path -LiteralPath "$Path.zdm\$($state.Identifier)"
    return $state
}

function Import-ZdmSnapin {
    # Loads a snap-in where this host has it registered; says whether it did. A second load would be an error.
    param([string]$Name)
    if (@(Get-PSSnapin | Where-Object { $null -ne $_ -and $_.Name -eq $Name }).Count -gt 0) { return $true }
    if (@(Get-PSSnapin -Registered | Where-Object { $null -ne $_ -and $_.Name -eq $Name }).Count -eq 0) { return $false }
    Add-PSSnapin -Name $Name -ErrorAction Stop
    return $true
}

function Get-ZdmExchangeWay {
    # How an Exchange without an endpoint of its own is asked on this host: wmi (2003), snapin (2007), or none.
    $service = Get-WmiObject -Class Win32_Service -Filter "Name='MSExchangeMGMT'"
    if ($null -ne $service) {
        if ([string]$service.State -ne 'Running') {
            Stop-ZdmVerb -Code Precondition -Message 'The service MSExchangeMGMT does not run; it answers for Exchange 2003.' -Target 'MSExchangeMGMT'
        }
        return 'wmi'
    }
    # That of 2010 has another name: this one is 2007 and nothing else.
    if (Import-ZdmSnapin 'Microsoft.Exchange.Management.PowerShell.Admin') { return 'snapin' }
    return 'none'
}

function ConvertFrom-ZdmDmtf {
    # A time of WMI as ISO 8601 text in UTC; nothing for nothing.
    param($Value)
    $text = [string]$Value
    if ($text.Length -lt 25) { return $null }
    $local = [datetime]::ParseExact($text.Substring(0, 14), 'yyyyMMddHHmmss', [System.Globalization.CultureInfo]::InvariantCulture)
    return ConvertTo-ZdmUtc ([datetime]::SpecifyKind($local.AddMinutes(-1 * [int]$text.Substring(21, 4)), [System.DateTimeKind]::Utc))
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
