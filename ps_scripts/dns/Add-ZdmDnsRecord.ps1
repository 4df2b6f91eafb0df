function Add-ZdmDnsRecord {
    <#
    .SYNOPSIS
        Adds one static record to a zone.
    .DESCRIPTION
        Other records of the same name stay. A record with the same data and another time to live is refused: Set-ZdmDnsTtl
        changes it. No pointer record is made. By the DnsServer module, or by dnscmd on 2008 R2 and older.
    .PARAMETER Zone
        The zone.
    .PARAMETER Name
        The name relative to the zone, @ for the zone itself.
    .PARAMETER Type
        The record type.
    .PARAMETER Data
        The data as Get-ZdmDnsRecord shows it.
    .PARAMETER TtlSeconds
        The time to live in seconds.
    .EXAMPLE
        Add-ZdmDnsRecord -Zone example.local -Name mail -Type A -Data 192.168.16.2 -TtlSeconds 3600
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmDnsRecord
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Zone,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [ValidateSet('A', 'AAAA', 'CNAME', 'NS', 'PTR', 'MX', 'SRV', 'TXT')]
        [string]$Type,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Data,

        [Parameter(Mandatory = $true)]
        [ValidateRange(0, 2147483647)]
        [int]$TtlSeconds
    )
    $way = Get-ZdmDnsServerWay
    $wanted = ConvertTo-ZdmDnsData -Type $Type -Data $Data
    $target = "$Name $Type in $Zone"
    $read = {
        $rows = @(Get-ZdmDnsRecordRow -Way $way -Zone $Zone -Name $Name -Type $Type)
        $mine = @($rows | Where-Object { $_.Data -eq $wanted })
        $seconds = $null
        if ($mine.Count -gt 0) { $seconds = $mine[0].TtlSeconds }
        @{ Data = [string[]]@($rows | ForEach-Object { $_.Data }); TtlSeconds = $seconds }
    }
    $before = & $read
    if ($null -ne $before.TtlSeconds -and $before.TtlSeconds -ne $TtlSeconds) {
        $message = "$target $wanted is there with a time to live of $($before.TtlSeconds) s; Set-ZdmDnsTtl changes it."
        Stop-ZdmVerb -Code AlreadyExists -Message $message -Target $target -Category ResourceExists
    }
    if ($null -ne $before.TtlSeconds -or -not $PSCmdlet.ShouldProcess($target, "add $wanted")) {
        New-ZdmChange -Verb 'Add-ZdmDnsRecord' -Target $target -Changed $false -Before $before -After $before
        return
    }
    $words = @($wanted.Split(' '))
    if ($Type -eq 'TXT') { $words = @($wanted) }
    if ($way -eq 'module') {
        $record = @{ ZoneName = $Zone; Name = $Name; TimeToLive = (New-TimeSpan -Seconds $TtlSeconds); $Type = $true }
        switch ($Type) {
            'A' { $record.IPv4Address = $wanted }
            'AAAA' { $record.IPv6Address = $wanted }
            'CNAME' { $record.HostNameAlias = $wanted }
            'NS' { $record.NameServer = $wanted }
            'PTR' { $record.PtrDomainName = $wanted }
            'MX' {
                $record.Preference = [uint16]$words[0]
                $record.MailExchange = $words[1]
            }
            'SRV' {
                $record.Priority = [uint16]$words[0]
                $record.Weight = [uint16]$words[1]
                $record.Port = [uint16]$words[2]
                $record.DomainName = $words[3]
            }
            'TXT' { $record.DescriptiveText = $wanted }
        }
        Add-DnsServerResourceRecord @record
    }
    else {
        $null = Invoke-ZdmDnscmd -Words (@('/RecordAdd', $Zone, $Name, [string]$TtlSeconds, $Type) + $words)
    }
    $after = & $read
    if ($after.TtlSeconds -ne $TtlSeconds) {
        Stop-ZdmVerb -Code VerifyFailed -Message "$target does not show $wanted with $TtlSeconds s after the change." -Target $target
    }
    New-ZdmChange -Verb 'Add-ZdmDnsRecord' -Target $target -Changed $true -Before $before -After $after
}
