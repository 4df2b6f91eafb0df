function Get-ZdmLabVm {
    <#
    .SYNOPSIS
        Reads the virtual machines of a Hyper-V host.
    .DESCRIPTION
        Heartbeat is what the host hears of the guest, nothing while it is off. Checkpoint is the one that the machine goes on from.
        HardwareId is what the machine's firmware tells its guest; the guest calls it the UUID of its computer.
        A host without the Hyper-V module gives no object.
    .EXAMPLE
        Get-ZdmLabVm
    .OUTPUTS
        Zdm.LabVm
    .NOTES
        Kind: reader
        Floor: 5.1
    #>
    [CmdletBinding()]
    param()
    if (-not (Import-ZdmModule Hyper-V)) { return }
    $firmware = @{}
    foreach ($setting in @(Get-WmiObject -Namespace 'root\virtualization\v2' -Class Msvm_VirtualSystemSettingData)) {
        if ($null -eq $setting -or [string]$setting.VirtualSystemType -ne 'Microsoft:Hyper-V:System:Realized') { continue }
        $firmware[[string]$setting.VirtualSystemIdentifier] = ([string]$setting.BIOSGUID).Trim('{}')
    }
    foreach ($vm in @(Get-VM)) {
        if ($null -eq $vm) { continue }
        $disks = @(Get-VMHardDiskDrive -VMName $vm.Name | Where-Object { $null -ne $_ -and [string]$_.VMId -eq [string]$vm.Id } | ForEach-Object { [string]$_.Path })
        $heartbeat = $null
        if ($null -ne $vm.Heartbeat) { $heartbeat = [string]$vm.Heartbeat }
        $checkpoint = $null
        if ($null -ne $vm.ParentCheckpointName) { $checkpoint = [string]$vm.ParentCheckpointName }
        New-ZdmFact -Type 'Zdm.LabVm' -Property @{
            Name           = [string]$vm.Name
            Id             = [string]$vm.Id
            HardwareId     = $firmware[[string]$vm.Id]
            State          = [string]$vm.State
            Generation     = [int]$vm.Generation
            MemoryBytes    = [long]$vm.MemoryStartup
            DynamicMemory  = [bool]$vm.DynamicMemoryEnabled
            Processors     = [int]$vm.ProcessorCount
            Heartbeat      = $heartbeat
            Notes          = [string]$vm.Notes
            CheckpointType = [string]$vm.CheckpointType
            StartAction    = [string]$vm.AutomaticStartAction
            StopAction     = [string]$vm.AutomaticStopAction
            Checkpoint     = $checkpoint
            Path           = [string]$vm.Path
            Disks          = [string[]]$disks
        }
    }
}
