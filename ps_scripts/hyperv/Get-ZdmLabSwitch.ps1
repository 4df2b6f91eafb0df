function Get-ZdmLabSwitch {
    <#
    .SYNOPSIS
        Reads the virtual switches of a Hyper-V host.
    .DESCRIPTION
        PhysicalAdapter is the network card of an external switch; HostShares says whether the host itself is on it.
        A host without the Hyper-V module gives no object.
    .EXAMPLE
        Get-ZdmLabSwitch
    .OUTPUTS
        Zdm.LabSwitch
    .NOTES
        Kind: reader
        Floor: 5.1
    #>
    [CmdletBinding()]
    param()
    if (-not (Import-ZdmModule Hyper-V)) { return }
    foreach ($switch in @(Get-VMSwitch)) {
        if ($null -eq $switch) { continue }
        New-ZdmFact -Type 'Zdm.LabSwitch' -Property @{
            Name            = [string]$switch.Name
            Id              = [string]$switch.Id
            Kind            = [string]$switch.SwitchType
            Notes           = [string]$switch.Notes
            PhysicalAdapter = [string]$switch.NetAdapterInterfaceDescription
            HostShares      = [bool]$switch.AllowManagementOS
        }
    }
}
