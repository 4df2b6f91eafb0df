function Get-ZdmLabAdapter {
    <#
    .SYNOPSIS
        Reads the network adapters of all virtual machines of a Hyper-V host.
    .DESCRIPTION
        An empty SwitchName is not connected. A host without the Hyper-V module gives no object.
    .EXAMPLE
        Get-ZdmLabAdapter
    .OUTPUTS
        Zdm.LabAdapter
    .NOTES
        Kind: reader
        Floor: 5.1
    #>
    [CmdletBinding()]
    param()
    if (-not (Import-ZdmModule Hyper-V)) { return }
    foreach ($vm in @(Get-VM)) {
        if ($null -eq $vm) { continue }
        $place = 0
        foreach ($adapter in @(Get-VMNetworkAdapter -VMName $vm.Name)) {
            if ($null -eq $adapter -or [string]$adapter.VMId -ne [string]$vm.Id) { continue }
            New-ZdmFact -Type 'Zdm.LabAdapter' -Property @{
                VmName      = [string]$vm.Name
                Place       = $place
                VmId        = [string]$vm.Id
                Id          = [string]$adapter.Id
                Name        = [string]$adapter.Name
                SwitchName  = [string]$adapter.SwitchName
                Mac         = [string]$adapter.MacAddress
                DhcpGuard   = ([string]$adapter.DhcpGuard -eq 'On')
                MacSpoofing = ([string]$adapter.MacAddressSpoofing -eq 'On')
                Legacy      = [bool]$adapter.IsLegacy
            }
            $place++
        }
    }
}
