function Get-ZdmDhcpOption {
    <#
    .SYNOPSIS
        Reads option values of server, scopes and reservations, all classes.
    .DESCRIPTION
        2008 R2 and older have no DhcpServer module: there the text of `netsh dhcp server dump` goes back, which is the same in every language.
        Lease time (51) and DNS update flags (81) are left out: they belong to the scope. Values of policies are left out.
    .EXAMPLE
        Get-ZdmDhcpOption
    .OUTPUTS
        Zdm.DhcpOption
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

    $levels = @(@{ Level = 'Server'; ScopeId = ''; Reservation = ''; Where = @{} })
    foreach ($scope in @(Get-DhcpServerv4Scope)) {
        $id = [string]$scope.ScopeId
        $levels += @{ Level = 'Scope'; ScopeId = $id; Reservation = ''; Where = @{ ScopeId = $id } }
        foreach ($kept in @(Get-DhcpServerv4Reservation -ScopeId $id)) {
            $address = [string]$kept.IPAddress
            $levels += @{ Level = 'Reservation'; ScopeId = $id; Reservation = $address; Where = @{ ReservedIP = $address } }
        }
    }
    foreach ($level in $levels) {
        $where = $level.Where
        foreach ($option in @(Get-DhcpServerv4OptionValue -All @where)) {
            if ($null -eq $option -or 51, 81 -contains $option.OptionId -or [string]$option.PolicyName -ne '') { continue }
            New-ZdmFact -Type 'Zdm.DhcpOption' -Property @{
                Level       = $level.Level
                ScopeId     = $level.ScopeId
                Reservation = $level.Reservation
                OptionId    = [int]$option.OptionId
                VendorClass = [string]$option.VendorClass
                UserClass   = [string]$option.UserClass
                Type        = [string]$option.Type
                Value       = [string[]]@($option.Value)
            }
        }
    }
}
