function Get-ZdmNetworkConfig {
    <#
    .SYNOPSIS
        Reads the IPv4 settings of the adapters that carry IP.
    .DESCRIPTION
        Asks WMI, which is the same on every release. One object per adapter with IP; addresses are IPv4 only.
    .EXAMPLE
        Get-ZdmNetworkConfig
    .OUTPUTS
        Zdm.NetworkConfig
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    $names = @{}
    foreach ($adapter in @(Get-WmiObject -Class Win32_NetworkAdapter)) {
        if ($null -ne $adapter) { $names[[int]$adapter.Index] = [string]$adapter.NetConnectionID }
    }
    foreach ($config in @(Get-WmiObject -Class Win32_NetworkAdapterConfiguration)) {
        if ($null -eq $config -or -not $config.IPEnabled) { continue }
        $addresses = @()
        $masks = @()
        $all = @($config.IPAddress)
        for ($i = 0; $i -lt $all.Count; $i++) {
            if ([string]$all[$i] -notmatch '^\d+\.\d+\.\d+\.\d+$') { continue }
            $addresses += [string]$all[$i]
            $masks += [string]@($config.IPSubnet)[$i]
        }
        $gateways = @($config.DefaultIPGateway | Where-Object { [string]$_ -match '^\d+\.\d+\.\d+\.\d+$' })
        $servers = @($config.DNSServerSearchOrder | Where-Object { $null -ne $_ })
        $server = $null
        if ($config.DHCPEnabled -and $config.DHCPServer) { $server = [string]$config.DHCPServer }
        New-ZdmFact -Type 'Zdm.NetworkConfig' -Property @{
            Alias       = [string]$names[[int]$config.Index]
            Mac         = ([string]$config.MACAddress).Replace(':', '-')
            DhcpEnabled = [bool]$config.DHCPEnabled
            DhcpServer  = $server
            Addresses   = [string[]]$addresses
            Masks       = [string[]]$masks
            Gateways    = [string[]]$gateways
            DnsServers  = [string[]]$servers
            Suffix      = $config.DNSDomain
            RegisterDns = [bool]$config.FullDNSRegistrationEnabled
        }
    }
}
