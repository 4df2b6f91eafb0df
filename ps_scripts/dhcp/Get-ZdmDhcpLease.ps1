function Get-ZdmDhcpLease {
    <#
    .SYNOPSIS
        Reads the addresses in use, declined ones (BAD_ADDRESS) among them.
    .DESCRIPTION
        2008 R2 and older have no DhcpServer module: there the text of `netsh dhcp server scope show clients 1` goes back for each scope;
        when a lease ends stands in it in the host's own language and is not read.
    .EXAMPLE
        Get-ZdmDhcpLease
    .OUTPUTS
        Zdm.DhcpLease
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    $way = Get-ZdmDhcpWay
    if ($way -eq 'none') { return }
    if ($way -eq 'netsh') {
        foreach ($line in @(Invoke-ZdmDhcpNetsh -Words 'dump')) {
            if ($line -notmatch '(?i)^\s*dhcp server \S+ add scope (\d+\.\d+\.\d+\.\d+) ') { continue }
            $id = $Matches[1]
            $lines = @("# scope $id") + @(Invoke-ZdmDhcpNetsh -Words 'scope', $id, 'show', 'clients', '1')
            New-ZdmNativeText -Tool 'netsh' -Command 'dhcp server scope show clients 1' -Lines $lines
        }
        return
    }
    foreach ($scope in @(Get-DhcpServerv4Scope)) {
        foreach ($lease in @(Get-DhcpServerv4Lease -ScopeId $scope.ScopeId -AllLeases)) {
            $state = [string]$lease.AddressState
            $name = [string]$lease.HostName
            New-ZdmFact -Type 'Zdm.DhcpLease' -Property @{
                ScopeId      = [string]$lease.ScopeId
                IpAddress    = [string]$lease.IPAddress
                ClientId     = [string]$lease.ClientId
                HostName     = $name
                State        = $state
                ExpiresAtUtc = ConvertTo-ZdmUtc $lease.LeaseExpiryTime
                IsBad        = ($state -eq 'Declined' -or $name -eq 'BAD_ADDRESS')
            }
        }
    }
}
