function Remove-ZdmDnsConditionalForwarder {
    <#
    .SYNOPSIS
        Removes a conditional forwarder from this DNS server.
    .DESCRIPTION
        Any other kind of zone of that name is refused. One that is kept in the directory goes from there too, and so from every
        server. By the DnsServer module, or by dnscmd on 2008 R2 and older.
    .PARAMETER Name
        The domain that is forwarded.
    .EXAMPLE
        Remove-ZdmDnsConditionalForwarder -Name partner.example.net
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmDnsZone
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Name
    )
    $way = Get-ZdmDnsServerWay
    $rows = @(Get-ZdmDnsZoneRow -Way $way -Name $Name)
    $before = @{ MasterServers = [string[]]@() }
    if ($rows.Count -gt 0) {
        if ($rows[0].ZoneType -ne 'Forwarder') {
            Stop-ZdmVerb -Code Precondition -Message "'$Name' is a zone of type $($rows[0].ZoneType); only forwarders are removed." -Target $Name
        }
        $before = @{ MasterServers = $rows[0].MasterServers }
    }
    if ($rows.Count -eq 0 -or -not $PSCmdlet.ShouldProcess($Name, 'remove the conditional forwarder')) {
        New-ZdmChange -Verb 'Remove-ZdmDnsConditionalForwarder' -Target $Name -Changed $false -Before $before -After $before
        return
    }
    if ($way -eq 'module') { Remove-DnsServerZone -Name $Name -Force }
    else {
        $words = @('/ZoneDelete', $Name)
        if ($rows[0].IsDsIntegrated) { $words += '/DsDel' }
        $null = Invoke-ZdmDnscmd -Words ($words + @('/f'))
    }
    if (@(Get-ZdmDnsZoneRow -Way $way -Name $Name).Count -gt 0) {
        Stop-ZdmVerb -Code VerifyFailed -Message "'$Name' is still there after the change." -Target $Name
    }
    $after = @{ MasterServers = [string[]]@() }
    New-ZdmChange -Verb 'Remove-ZdmDnsConditionalForwarder' -Target $Name -Changed $true -Before $before -After $after
}
