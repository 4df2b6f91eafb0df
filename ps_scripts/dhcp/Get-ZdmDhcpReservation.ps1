function Get-ZdmDhcpReservation {
    <#
    .SYNOPSIS
        Reads the reservations of all scopes.
    .DESCRIPTION
        2008 R2 and older have no DhcpServer module: there the text of `netsh dhcp server dump` goes back, which is the same in every language.
    .EXAMPLE
        Get-ZdmDhcpReservation
    .OUTPUTS
        Zdm.DhcpReservation
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
        foreach ($kept in @(Get-DhcpServerv4Reservation -ScopeId $scope.ScopeId)) {
            New-ZdmFact -Type 'Zdm.DhcpReservation' -Property @{
                ScopeId     = [string]$kept.ScopeId
                IpAddress   = [string]$kept.IPAddress
                ClientId    = [string]$kept.ClientId
                Name        = [string]$kept.Name
                Description = [string]$kept.Description
                Type        = [string]$kept.Type
            }
        }
    }
}
