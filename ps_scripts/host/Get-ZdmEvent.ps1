function Get-ZdmEvent {
    <#
    .SYNOPSIS
        Reads entries of one event log, newest first.
    .DESCRIPTION
        Filters on the host by number and time. No match gives no object; Windows reports it as an error, which is taken back here.
        Needs Windows Server 2008 or later.
    .PARAMETER LogName
        The log, for example System or 'DNS Server'.
    .PARAMETER EventId
        Event numbers. None: all.
    .PARAMETER SinceUtc
        ISO 8601 text in UTC. Empty: no limit.
    .PARAMETER Newest
        At most so many entries.
    .EXAMPLE
        Get-ZdmEvent -LogName System -EventId 1046, 1059 -SinceUtc 2026-03-02T07:00:00Z
    .OUTPUTS
        Zdm.Event
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$LogName,

        [Parameter(Mandatory = $false)]
        [ValidatePattern('^[0-9]{1,5}$')]
        [string[]]$EventId = @(),

        [Parameter(Mandatory = $false)]
        [ValidatePattern('^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?(Z|[+-][0-9]{2}:[0-9]{2}))?$')]
        [string]$SinceUtc = '',

        [Parameter(Mandatory = $false)]
        [ValidateRange(1, 1000)]
        [int]$Newest = 100
    )
    $system = Get-WmiObject -Class Win32_OperatingSystem
    if ([string]$system.Version -like '5.*') {
        Stop-ZdmVerb -Code Unsupported -Message 'Event logs are read from Windows Server 2008 on.' -Target $LogName
    }
    $filter = @{ LogName = $LogName }
    if ($EventId.Count -gt 0) { $filter['Id'] = [int[]]$EventId }
    if ($SinceUtc) {
        $invariant = [System.Globalization.CultureInfo]::InvariantCulture
        $since = [datetime]::MinValue
        if (-not [datetime]::TryParse($SinceUtc, $invariant, [System.Globalization.DateTimeStyles]::RoundtripKind, [ref]$since)) {
            Stop-ZdmVerb -Code Precondition -Message "'$SinceUtc' is no time." -Target $SinceUtc -Category InvalidArgument
        }
        $filter['StartTime'] = $since
    }
    $found = @()
    try {
        $found = @(Get-WinEvent -FilterHashtable $filter -MaxEvents $Newest)
    }
    catch {
        if ($_.FullyQualifiedErrorId -notlike 'NoMatchingEventsFound*') { throw }
    }
    $levels = @{ 0 = 'Information'; 1 = 'Critical'; 2 = 'Error'; 3 = 'Warning'; 4 = 'Information'; 5 = 'Verbose' }
    foreach ($entry in $found) {
        $level = 'Information'
        if ($levels.ContainsKey([int]$entry.Level)) { $level = $levels[[int]$entry.Level] }
        New-ZdmFact -Type 'Zdm.Event' -Property @{
            LogName  = [string]$entry.LogName
            RecordId = [long]$entry.RecordId
            Source   = [string]$entry.ProviderName
            EventId  = [int]$entry.Id
            Level    = $level
            AtUtc    = (ConvertTo-ZdmUtc $entry.TimeCreated)
            Message  = [string]$entry.Message
        }
    }
}
