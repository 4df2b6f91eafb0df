function Get-ZdmDnsClient {
    <#
    .SYNOPSIS
        Reads whom each adapter with IP asks, and whether DHCP told it so.
    .DESCRIPTION
        By WMI and the registry, the same on every release. IPv4 only.
    .EXAMPLE
        Get-ZdmDnsClient
    .OUTPUTS
        Zdm.DnsClient
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    foreach ($client in @(Get-ZdmDnsClientRow)) {
        New-ZdmFact -Type 'Zdm.DnsClient' -Property @{
            InterfaceAlias  = $client.InterfaceAlias
            ServerAddresses = $client.ServerAddresses
            FromDhcp        = $client.FromDhcp
            Suffix          = $client.Suffix
        }
    }
}
