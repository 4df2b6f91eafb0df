function Get-ZdmDhcpAuthorization {
    <#
    .SYNOPSIS
        Reads the DHCP servers that the directory authorises.
    .DESCRIPTION
        By the DhcpServer module where it is there, else by the ActiveDirectory module from CN=NetServices, so that a host can be asked
        before it has the role. The object DhcpRoot in that container is no server.
    .EXAMPLE
        Get-ZdmDhcpAuthorization
    .OUTPUTS
        Zdm.DhcpAuthorization
    .NOTES
        Kind: reader
        Floor: 3.0
    #>
    [CmdletBinding()]
    param()
    if (Import-ZdmModule DhcpServer) {
        foreach ($server in @(Get-DhcpServerInDC)) {
            if ($null -eq $server) { continue }
            New-ZdmFact -Type 'Zdm.DhcpAuthorization' -Property @{ DnsName = [string]$server.DnsName; IpAddress = [string]$server.IPAddress }
        }
        return
    }
    if (-not (Import-ZdmModule ActiveDirectory)) {
        Stop-ZdmVerb -Code Unsupported -Message 'Neither the DhcpServer nor the ActiveDirectory module is on this host.' -Target 'DhcpServer'
    }
    $query = @{
        LDAPFilter = '(&(objectClass=dHCPClass)(!(name=DhcpRoot)))'
        SearchBase = 'CN=NetServices,CN=Services,' + (Get-ADRootDSE).configurationNamingContext
        Properties = 'dhcpServers'
    }
    foreach ($entry in @(Get-ADObject @query)) {
        if ($null -eq $entry) { continue }
        foreach ($text in @($entry.dhcpServers)) {
            if ([string]$text -notmatch '^i(\d+\.\d+\.\d+\.\d+)\$') {
                Stop-ZdmVerb -Code Unsupported -Message "The directory's entry '$($entry.Name)' does not name an address as known." -Target ([string]$entry.Name)
            }
            New-ZdmFact -Type 'Zdm.DhcpAuthorization' -Property @{ DnsName = [string]$entry.Name; IpAddress = $Matches[1] }
        }
    }
}
