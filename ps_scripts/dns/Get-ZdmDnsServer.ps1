function Get-ZdmDnsServer {
    <#
    .SYNOPSIS
        Reads the settings of this DNS server that no replication carries.
    .DESCRIPTION
        Forwarders in their order, root hints, recursion, scavenging and the addresses it listens on; no listen address where WMI
        says that it listens on all. A host without the role gives nothing.
    .EXAMPLE
        Get-ZdmDnsServer
    .OUTPUTS
        Zdm.DnsServer
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    $way = Get-ZdmDnsWay
    if ($way -eq 'none') { return }
    if ($way -eq 'module') {
        $forwarder = Get-DnsServerForwarder
        $setting = Get-DnsServerSetting -All
        New-ZdmFact -Type 'Zdm.DnsServer' -Property @{
            Forwarders              = [string[]]@($forwarder.IPAddress | Where-Object { $null -ne $_ } | ForEach-Object { [string]$_ })
            UseRootHint             = [bool]$forwarder.UseRootHint
            ForwarderTimeoutSeconds = [int]$forwarder.Timeout
            RecursionEnabled        = [bool](Get-DnsServerRecursion).Enable
            ScavengingEnabled       = [bool](Get-DnsServerScavenging).ScavengingState
            ListenAddresses         = [string[]]@($setting.ListeningIPAddress | Where-Object { $null -ne $_ } | ForEach-Object { [string]$_ })
        }
        return
    }
    $server = Get-WmiObject -Namespace 'root\MicrosoftDNS' -Class MicrosoftDNS_Server
    New-ZdmFact -Type 'Zdm.DnsServer' -Property @{
        Forwarders              = [string[]]@($server.Forwarders | Where-Object { $null -ne $_ })
        UseRootHint             = (-not $server.IsSlave)
        ForwarderTimeoutSeconds = [int]$server.ForwardingTimeout
        RecursionEnabled        = (-not $server.NoRecursion)
        ScavengingEnabled       = ([int]$server.ScavengingInterval -gt 0)
        ListenAddresses         = [string[]]@($server.ListenAddresses | Where-Object { $null -ne $_ })
    }
}
