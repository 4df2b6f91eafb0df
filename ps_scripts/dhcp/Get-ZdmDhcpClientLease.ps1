function Get-ZdmDhcpClientLease {
    <#
    .SYNOPSIS
        Reads what this host's adapters were leased, and by whom.
    .DESCRIPTION
        By WMI, for every Windows. Adapters with a fixed address give nothing.
    .EXAMPLE
        Get-ZdmDhcpClientLease
    .OUTPUTS
        Zdm.DhcpClientLease
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    $names = @{}
    foreach ($adapter in @(Get-WmiObject -Class Win32_NetworkAdapter)) { $names[[int]$adapter.Index] = [string]$adapter.NetConnectionID }
    foreach ($found in @(Get-WmiObject -Class Win32_NetworkAdapterConfiguration)) {
        if (-not $found.DHCPEnabled -or -not $found.IPEnabled) { continue }
        $times = @{}
        foreach ($part in 'DHCPLeaseObtained', 'DHCPLeaseExpires') {
            $times[$part] = $null
            if ($found.$part) { $times[$part] = ConvertTo-ZdmUtc ([System.Management.ManagementDateTimeConverter]::ToDateTime($found.$part)) }
        }
        New-ZdmFact -Type 'Zdm.DhcpClientLease' -Property @{
            InterfaceAlias   = $names[[int]$found.Index]
            IpAddress        = [string](@($found.IPAddress | Where-Object { $_ -match '^\d+\.' }) + '')[0]
            DhcpServer       = [string]$found.DHCPServer
            LeaseObtainedUtc = $times.DHCPLeaseObtained
            LeaseExpiresUtc  = $times.DHCPLeaseExpires
            DnsServers       = [string[]]@($found.DNSServerSearchOrder | Where-Object { $_ })
        }
    }
}
