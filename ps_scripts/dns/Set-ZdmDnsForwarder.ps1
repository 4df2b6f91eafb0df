function Set-ZdmDnsForwarder {
    <#
    .SYNOPSIS
        Sets the list of forwarders of this DNS server.
    .DESCRIPTION
        Replaces the list, order included; an empty list removes all. Timeout and root hints stay as they are.
        By the DnsServer module, or by dnscmd on 2008 R2 and older.
    .PARAMETER IpAddress
        The forwarders in their order.
    .EXAMPLE
        Set-ZdmDnsForwarder -IpAddress 192.0.2.53, 192.0.2.54
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmDnsServer
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [AllowEmptyCollection()]
        [string[]]$IpAddress
    )
    $way = Get-ZdmDnsServerWay
    $read = {
        if ($way -eq 'module') { $found = (Get-DnsServerForwarder).IPAddress }
        else { $found = (Get-WmiObject -Namespace 'root\MicrosoftDNS' -Class MicrosoftDNS_Server).Forwarders }
        @{ Forwarders = [string[]]@($found | Where-Object { $null -ne $_ } | ForEach-Object { [string]$_ }) }
    }
    $before = & $read
    $list = $IpAddress -join ', '
    if (($before.Forwarders -join ', ') -eq $list -or -not $PSCmdlet.ShouldProcess('forwarders', "set $list")) {
        New-ZdmChange -Verb 'Set-ZdmDnsForwarder' -Target 'forwarders' -Changed $false -Before $before -After $before
        return
    }
    if ($way -eq 'wmi') {
        # Without these words dnscmd would put time-out and root hints back to their defaults.
        $server = Get-WmiObject -Namespace 'root\MicrosoftDNS' -Class MicrosoftDNS_Server
        $slave = '/NoSlave'
        if ($server.IsSlave) { $slave = '/Slave' }
        $null = Invoke-ZdmDnscmd -Words (@('/ResetForwarders') + $IpAddress + @('/TimeOut', [string]$server.ForwardingTimeout, $slave))
    }
    elseif ($IpAddress.Count -eq 0) { Remove-DnsServerForwarder -IPAddress $before.Forwarders -Force }
    else { Set-DnsServerForwarder -IPAddress $IpAddress }
    $after = & $read
    if (($after.Forwarders -join ', ') -ne $list) {
        Stop-ZdmVerb -Code VerifyFailed -Message "The forwarders are $($after.Forwarders -join ', ') after the change; $list was wanted." -Target 'forwarders'
    }
    New-ZdmChange -Verb 'Set-ZdmDnsForwarder' -Target 'forwarders' -Changed $true -Before $before -After $after
}
