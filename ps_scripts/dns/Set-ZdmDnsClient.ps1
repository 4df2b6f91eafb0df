function Set-ZdmDnsClient {
    <#
    .SYNOPSIS
        Gives an adapter a fixed list of DNS servers.
    .DESCRIPTION
        Replaces the IPv4 list, order included; a list from DHCP becomes a fixed one. Set-DnsClientServerAddress, or WMI on
        Windows 7, Server 2008 R2 and older.
    .PARAMETER InterfaceAlias
        The adapter's name as Get-ZdmDnsClient shows it.
    .PARAMETER ServerAddresses
        The DNS servers in their order.
    .EXAMPLE
        Set-ZdmDnsClient -InterfaceAlias Ethernet -ServerAddresses 192.168.16.10, 192.168.16.2
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmDnsClient
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$InterfaceAlias,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string[]]$ServerAddresses
    )
    $find = {
        $found = @(Get-ZdmDnsClientRow | Where-Object { $_.InterfaceAlias -eq $InterfaceAlias })
        if ($found.Count -eq 0) {
            Stop-ZdmVerb -Code NotFound -Message "There is no adapter '$InterfaceAlias' with an address." -Target $InterfaceAlias -Category ObjectNotFound
        }
        $found[0]
    }
    $client = & $find
    $list = $ServerAddresses -join ', '
    $before = @{ ServerAddresses = $client.ServerAddresses; FromDhcp = $client.FromDhcp }
    $same = -not $before.FromDhcp -and ($before.ServerAddresses -join ', ') -eq $list
    if ($same -or -not $PSCmdlet.ShouldProcess($InterfaceAlias, "set DNS servers $list")) {
        New-ZdmChange -Verb 'Set-ZdmDnsClient' -Target $InterfaceAlias -Changed $false -Before $before -After $before
        return
    }
    $reboot = $false
    $null = Import-ZdmModule DnsClient
    if (Test-ZdmCommand Set-DnsClientServerAddress) {
        Set-DnsClientServerAddress -InterfaceAlias $InterfaceAlias -ServerAddresses $ServerAddresses
    }
    else {
        $code = [int]$client.Source.SetDNSServerSearchOrder($ServerAddresses).ReturnValue
        if ($code -gt 1) {
            Stop-ZdmVerb -Code NativeExit -Message "SetDNSServerSearchOrder of '$InterfaceAlias' ended with code $code." -Target $InterfaceAlias
        }
        $reboot = $code -eq 1
    }
    $client = & $find
    $after = @{ ServerAddresses = $client.ServerAddresses; FromDhcp = $client.FromDhcp }
    if ($after.FromDhcp -or ($after.ServerAddresses -join ', ') -ne $list) {
        $message = "'$InterfaceAlias' asks $($after.ServerAddresses -join ', ') after the change; $list was wanted."
        Stop-ZdmVerb -Code VerifyFailed -Message $message -Target $InterfaceAlias
    }
    $record = @{ Verb = 'Set-ZdmDnsClient'; Target = $InterfaceAlias; Changed = $true; Before = $before; After = $after; RebootRequired = $reboot }
    New-ZdmChange @record
}
