function Remove-ZdmDnsRecord {
    <#
    .SYNOPSIS
        Removes one record from a zone.
    .DESCRIPTION
        Only the record with this data; others of the same name stay. With an A record the server may remove its pointer record too,
        where it holds the reverse zone. By the DnsServer module, or by dnscmd on 2008 R2 and older.
    .PARAMETER Zone
        The zone.
    .PARAMETER Name
        The name relative to the zone, @ for the zone itself.
    .PARAMETER Type
        The record type.
    .PARAMETER Data
        The data as Get-ZdmDnsRecord shows it.
    .EXAMPLE
        Remove-ZdmDnsRecord -Zone example.local -Name mail -Type A -Data 192.168.16.2
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
        [string]$Data
    )
    $way = Get-ZdmDnsServerWay
    $wanted = ConvertTo-ZdmDnsData -Type $Type -Data $Data
    $target = "$Name $Type in $Zone"
    $rows = @(Get-ZdmDnsRecordRow -Way $way -Zone $Zone -Name $Name -Type $Type)
    $before = @{ Data = [string[]]@($rows | ForEach-Object { $_.Data }) }
    $mine = @($rows | Where-Object { $_.Data -eq $wanted })
    if ($mine.Count -eq 0 -or -not $PSCmdlet.ShouldProcess($target, "remove $wanted")) {
        New-ZdmChange -Verb 'Remove-ZdmDnsRecord' -Target $target -Changed $false -Before $before -After $before
        return
    }
    if ($way -eq 'module') {
        Remove-DnsServerResourceRecord -ZoneName $Zone -InputObject $mine[0].Source -Force
    }
    else {
        $words = @($wanted.Split(' '))
        if ($Type -eq 'TXT') { $words = @($wanted) }
        $null = Invoke-ZdmDnscmd -Words (@('/RecordDelete', $Zone, $Name, $Type) + $words + @('/f'))
    }
    $rows = @(Get-ZdmDnsRecordRow -Way $way -Zone $Zone -Name $Name -Type $Type)
    $after = @{ Data = [string[]]@($rows | ForEach-Object { $_.Data }) }
    if ($after.Data -contains $wanted) {
        Stop-ZdmVerb -Code VerifyFailed -Message "$target still shows $wanted after the change." -Target $target
    }
    New-ZdmChange -Verb 'Remove-ZdmDnsRecord' -Target $target -Changed $true -Before $before -After $after
}
