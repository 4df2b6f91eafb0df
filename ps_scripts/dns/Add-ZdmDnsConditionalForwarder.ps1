function Add-ZdmDnsConditionalForwarder {
    <#
    .SYNOPSIS
        Adds a conditional forwarder to this DNS server.
    .DESCRIPTION
        Kept by this server alone, not in the directory. A zone of that name which is something else, or has other masters, is
        refused. By the DnsServer module, or by dnscmd on 2008 R2 and older.
    .PARAMETER Name
        The domain that is forwarded.
    .PARAMETER MasterServers
        The addresses that are asked, in their order.
    .EXAMPLE
        Add-ZdmDnsConditionalForwarder -Name partner.example.net -MasterServers 192.0.2.53
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
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string[]]$MasterServers
    )
    $way = Get-ZdmDnsServerWay
    $list = $MasterServers -join ', '
    $read = {
        $rows = @(Get-ZdmDnsZoneRow -Way $way -Name $Name)
        if ($rows.Count -eq 0) { return @{ MasterServers = [string[]]@() } }
        if ($rows[0].ZoneType -ne 'Forwarder') {
            Stop-ZdmVerb -Code AlreadyExists -Message "'$Name' is a zone of type $($rows[0].ZoneType) here." -Target $Name -Category ResourceExists
        }
        @{ MasterServers = $rows[0].MasterServers }
    }
    $before = & $read
    $there = $before.MasterServers -join ', '
    if ($there -ne '' -and $there -ne $list) {
        Stop-ZdmVerb -Code AlreadyExists -Message "'$Name' is forwarded to $there already; remove that first." -Target $Name -Category ResourceExists
    }
    if ($there -eq $list -or -not $PSCmdlet.ShouldProcess($Name, "forward to $list")) {
        New-ZdmChange -Verb 'Add-ZdmDnsConditionalForwarder' -Target $Name -Changed $false -Before $before -After $before
        return
    }
    if ($way -eq 'module') { Add-DnsServerConditionalForwarderZone -Name $Name -MasterServers $MasterServers }
    else { $null = Invoke-ZdmDnscmd -Words (@('/ZoneAdd', $Name, '/Forwarder') + $MasterServers) }
    $after = & $read
    if (($after.MasterServers -join ', ') -ne $list) {
        $message = "'$Name' is forwarded to '$($after.MasterServers -join ', ')' after the change; $list was wanted."
        Stop-ZdmVerb -Code VerifyFailed -Message $message -Target $Name
    }
    New-ZdmChange -Verb 'Add-ZdmDnsConditionalForwarder' -Target $Name -Changed $true -Before $before -After $after
}
