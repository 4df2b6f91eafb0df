function Get-ZdmLabHost {
    <#
    .SYNOPSIS
        Reads what of a Hyper-V host matters to a lab: memory, folders, and whatever passes packets on.
    .DESCRIPTION
        Forwarding tells the adapters with IP forwarding, Nat the address translations, Bridges the network bridges,
        Sharing whether the internet connection is shared. A host without the Hyper-V module gives no object.
    .EXAMPLE
        Get-ZdmLabHost
    .OUTPUTS
        Zdm.LabHost
    .NOTES
        Kind: reader
        Floor: 5.1
    #>
    [CmdletBinding()]
    param()
    if (-not (Import-ZdmModule Hyper-V)) { return }
    $own = Get-VMHost
    $forwarding = @(Get-NetIPInterface -AddressFamily IPv4 | Where-Object { $null -ne $_ -and [string]$_.Forwarding -eq 'Enabled' } | ForEach-Object { [string]$_.InterfaceAlias })
    $nat = @(Get-WmiObject -Namespace 'root\StandardCimv2' -Class MSFT_NetNat | Where-Object { $null -ne $_ } | ForEach-Object { [string]$_.Name })
    $bridges = @(Get-WmiObject -Class Win32_NetworkAdapter | Where-Object { $null -ne $_ -and [string]$_.ServiceName -eq 'BridgeMP' } | ForEach-Object { [string]$_.NetConnectionID })
    $sharing = @(Get-WmiObject -Class Win32_Service -Filter "Name='SharedAccess'" | Where-Object { $null -ne $_ -and [string]$_.State -eq 'Running' })
    New-ZdmFact -Type 'Zdm.LabHost' -Property @{
        MemoryBytes = [long]$own.MemoryCapacity
        VmPath      = [string]$own.VirtualMachinePath
        VhdPath     = [string]$own.VirtualHardDiskPath
        Forwarding  = [string[]]$forwarding
        Nat         = [string[]]$nat
        Bridges     = [string[]]$bridges
        Sharing     = ($sharing.Count -gt 0)
    }
}
