function Get-ZdmDnsAnswer {
    <#
    .SYNOPSIS
        Asks for a name as this host does, or asks one server.
    .DESCRIPTION
        Without Server the host's own resolver answers, cache and hosts file included; with Server only that server. A name that
        does not exist, a missing type, a failing or silent server are answers too. The answers hold the whole chain: targets of
        aliases with a trailing dot, then the data asked for; the time to live is the shortest of the chain.
        Windows 7 and Server 2008 R2 cannot be asked this way.
    .PARAMETER Name
        The full name.
    .PARAMETER Type
        The record type.
    .PARAMETER Server
        The address of the server to ask. Empty: the host's own resolver.
    .EXAMPLE
        Get-ZdmDnsAnswer -Name mail.example.local -Type A -Server 192.168.16.10
    .OUTPUTS
        Zdm.DnsAnswer
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [ValidateSet('A', 'AAAA', 'CNAME', 'NS', 'PTR', 'MX', 'SRV', 'TXT', 'SOA')]
        [string]$Type,

        [Parameter(Mandatory = $false)]
        [string]$Server = ''
    )
    $null = Import-ZdmModule DnsClient
    if (-not (Test-ZdmCommand Resolve-DnsName)) {
        Stop-ZdmVerb -Code Unsupported -Message 'Names are asked for from Windows 8 and Server 2012 on.' -Target $Name
    }
    $query = @{ Name = $Name; Type = $Type; DnsOnly = $true }
    if ($Server -ne '') {
        $query.Server = $Server
        $query.NoHostsFile = $true
    }
    $found = @()
    $status = 'NoData'
    try { $found = @(Resolve-DnsName @query | Where-Object { [string]$_.Section -eq 'Answer' }) }
    catch {
        $id = $_.FullyQualifiedErrorId
        if ($id -match '^DNS_ERROR_RCODE_NAME_ERROR') { $status = 'NameError' }
        elseif ($id -match '^DNS_INFO_NO_RECORDS') { $status = 'NoData' }
        elseif ($id -match '^ERROR_TIMEOUT') { $status = 'Timeout' }
        elseif ($id -match '^(DNS_ERROR_)?RCODE_') { $status = 'ServerFailure' }
        else { throw }
    }
    $answers = @()
    $seconds = $null
    foreach ($record in $found) {
        $kind = ([string]$record.Type).ToUpperInvariant()
        if ($kind -ne $Type -and $kind -ne 'CNAME') { continue }
        switch ($kind) {
            'A' { $text = [string]$record.IPAddress }
            'AAAA' { $text = [string]$record.IPAddress }
            'MX' { $text = '{0} {1}' -f $record.Preference, $record.NameExchange }
            'SRV' { $text = '{0} {1} {2} {3}' -f $record.Priority, $record.Weight, $record.Port, $record.NameTarget }
            'TXT' { $text = @($record.Strings) -join '' }
            'SOA' { $text = [string]$record.PrimaryServer }
            default { $text = [string]$record.NameHost }
        }
        if ($kind -eq $Type) { $status = 'Success' }
        $answers += ConvertTo-ZdmDnsData -Type $kind -Data $text
        if ($null -eq $seconds -or [int]$record.TTL -lt $seconds) { $seconds = [int]$record.TTL }
    }
    New-ZdmFact -Type 'Zdm.DnsAnswer' -Property @{
        Name       = $Name
        RecordType = $Type
        Server     = $Server
        Status     = $status
        Answers    = [string[]]$answers
        TtlSeconds = $seconds
    }
}
