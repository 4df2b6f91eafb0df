function Get-ZdmDhcpScope {
    <#
    .SYNOPSIS
        Reads the IPv4 scopes.
    .DESCRIPTION
        2008 R2 and older have no DhcpServer module: there the text of `netsh dhcp server dump` goes back, which is the same in every language.
        Lease time in seconds; -1 for leases without end.
    .EXAMPLE
        Get-ZdmDhcpScope
    .OUTPUTS
        Zdm.DhcpScope
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    $way = Get-ZdmDhcpWay
    if ($way -eq 'none') { return }
    if ($way -eq 'netsh') {
        New-ZdmNativeText -Tool 'netsh' -Command 'dhcp server dump' -Lines @(Invoke-ZdmDhcpNetsh -Words 'dump')
        return
    }

    foreach ($scope in @(Get-DhcpServerv4Scope)) {
        $seconds = -1
        if ($scope.LeaseDuration -lt [timespan]::MaxValue) { $seconds = [int]$scope.LeaseDuration.TotalSeconds }
        $state = 'Inactive'
        if ([string]$scope.State -eq 'Active') { $state = 'Active' }
        New-ZdmFact -Type 'Zdm.DhcpScope' -Property @{
            ScopeId           = [string]$scope.ScopeId
            Name              = [string]$scope.Name
            Description       = [string]$scope.Description
            SubnetMask        = [string]$scope.SubnetMask
            StartRange        = [string]$scope.StartRange
            EndRange          = [string]$scope.EndRange
            LeaseSeconds      = $seconds
            State             = $state
            SuperscopeName    = [string]$scope.SuperscopeName
            DelayMilliseconds = [int]$scope.Delay
            Type              = [string]$scope.Type
        }
    }
}
