function Set-ZdmDnsTtl {
    <#
    .SYNOPSIS
        Sets the time to live of one record.
    .DESCRIPTION
        A dynamic record becomes static by it: it is no longer refreshed by its host nor scavenged. The record shows whether it was.
        Set-DnsServerResourceRecord with a copy, or WMI's Modify on 2008 R2 and older.
    .PARAMETER Zone
        The zone.
    .PARAMETER Name
        The name relative to the zone, @ for the zone itself.
    .PARAMETER Type
        The record type.
    .PARAMETER Data
        The data as Get-ZdmDnsRecord shows it, to tell records of one name apart.
    .PARAMETER TtlSeconds
        The time to live in seconds.
    .EXAMPLE
        Set-ZdmDnsTtl -Zone example.local -Name mail -Type A -Data 192.168.16.2 -TtlSeconds 300
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
    $target = "$Name $Type $wanted in $Zone"
    $find = {
        $found = @(Get-ZdmDnsRecordRow -Way $way -Zone $Zone -Name $Name -Type $Type | Where-Object { $_.Data -eq $wanted })
        if ($found.Count -eq 0) {
            Stop-ZdmVerb -Code NotFound -Message "The zone '$Zone' has no record $Name $Type $wanted." -Target $target -Category ObjectNotFound
        }
        $found[0]
    }
    $record = & $find
    $before = @{ TtlSeconds = $record.TtlSeconds; IsStatic = $record.IsStatic }
    if ($before.TtlSeconds -eq $TtlSeconds -or -not $PSCmdlet.ShouldProcess($target, "set time to live $TtlSeconds s")) {
        New-ZdmChange -Verb 'Set-ZdmDnsTtl' -Target $target -Changed $false -Before $before -After $before
        return
    }
    Set-ZdmDnsRecordRow -Way $way -Zone $Zone -Row $record -Data $record.Data -TtlSeconds $TtlSeconds
    $record = & $find
    $after = @{ TtlSeconds = $record.TtlSeconds; IsStatic = $record.IsStatic }
    if ($after.TtlSeconds -ne $TtlSeconds) {
        Stop-ZdmVerb -Code VerifyFailed -Message "$target shows $($after.TtlSeconds) s after the change; $TtlSeconds s was wanted." -Target $target
    }
    New-ZdmChange -Verb 'Set-ZdmDnsTtl' -Target $target -Changed $true -Before $before -After $after
}
