function Set-ZdmDnsRecord {
    <#
    .SYNOPSIS
        Gives one record other data and a time to live.
    .DESCRIPTION
        The server changes it in one step, so there is no moment without the record. Where the new data is there already beside the
        old, it refuses: Remove-ZdmDnsRecord removes the old. A dynamic record becomes static.
        Set-DnsServerResourceRecord with a copy, or WMI's Modify on 2008 R2 and older.
    .PARAMETER Zone
        The zone.
    .PARAMETER Name
        The name relative to the zone, @ for the zone itself.
    .PARAMETER Type
        The record type.
    .PARAMETER OldData
        The data to be replaced, as Get-ZdmDnsRecord shows it.
    .PARAMETER NewData
        The data wanted.
    .PARAMETER TtlSeconds
        The time to live in seconds.
    .EXAMPLE
        Set-ZdmDnsRecord -Zone example.local -Name mail -Type A -OldData 192.168.16.2 -NewData 192.168.16.10 -TtlSeconds 300
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
        [string]$OldData,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$NewData,

        [Parameter(Mandatory = $true)]
        [ValidateRange(0, 2147483647)]
        [int]$TtlSeconds
    )
    $way = Get-ZdmDnsServerWay
    $old = ConvertTo-ZdmDnsData -Type $Type -Data $OldData
    $new = ConvertTo-ZdmDnsData -Type $Type -Data $NewData
    $target = "$Name $Type in $Zone"
    $find = {
        $found = @(Get-ZdmDnsRecordRow -Way $way -Zone $Zone -Name $Name -Type $Type | Where-Object { $_.Data -eq $old -or $_.Data -eq $new })
        if ($found.Count -eq 0) {
            Stop-ZdmVerb -Code NotFound -Message "The zone '$Zone' has no record $Name $Type $old." -Target $target -Category ObjectNotFound
        }
        if ($found.Count -gt 1) {
            Stop-ZdmVerb -Code AlreadyExists -Message "$target shows $new beside $old; remove the old one." -Target $target -Category ResourceExists
        }
        $found[0]
    }
    $record = & $find
    $before = @{ Data = $record.Data; TtlSeconds = $record.TtlSeconds; IsStatic = $record.IsStatic }
    $same = $record.Data -eq $new -and $record.TtlSeconds -eq $TtlSeconds
    if ($same -or -not $PSCmdlet.ShouldProcess($target, "set $new with $TtlSeconds s")) {
        New-ZdmChange -Verb 'Set-ZdmDnsRecord' -Target $target -Changed $false -Before $before -After $before
        return
    }
    Set-ZdmDnsRecordRow -Way $way -Zone $Zone -Row $record -Data $new -TtlSeconds $TtlSeconds
    $record = & $find
    $after = @{ Data = $record.Data; TtlSeconds = $record.TtlSeconds; IsStatic = $record.IsStatic }
    if ($after.Data -ne $new -or $after.TtlSeconds -ne $TtlSeconds) {
        $message = "$target shows $($after.Data) with $($after.TtlSeconds) s after the change; $new with $TtlSeconds s was wanted."
        Stop-ZdmVerb -Code VerifyFailed -Message $message -Target $target
    }
    New-ZdmChange -Verb 'Set-ZdmDnsRecord' -Target $target -Changed $true -Before $before -After $after
}
