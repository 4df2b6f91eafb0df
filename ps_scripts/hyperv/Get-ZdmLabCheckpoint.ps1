function Get-ZdmLabCheckpoint {
    <#
    .SYNOPSIS
        Reads the checkpoints of all virtual machines of a Hyper-V host.
    .DESCRIPTION
        State is that of the machine at the checkpoint: Off for one that was taken powered off. A host without the Hyper-V module gives no object.
    .EXAMPLE
        Get-ZdmLabCheckpoint
    .OUTPUTS
        Zdm.LabCheckpoint
    .NOTES
        Kind: reader
        Floor: 5.1
    #>
    [CmdletBinding()]
    param()
    if (-not (Import-ZdmModule Hyper-V)) { return }
    foreach ($vm in @(Get-VM)) {
        if ($null -eq $vm) { continue }
        foreach ($checkpoint in @(Get-VMSnapshot -VMName $vm.Name)) {
            if ($null -eq $checkpoint -or [string]$checkpoint.VMId -ne [string]$vm.Id) { continue }
            $parent = $null
            if ($null -ne $checkpoint.ParentSnapshotName) { $parent = [string]$checkpoint.ParentSnapshotName }
            New-ZdmFact -Type 'Zdm.LabCheckpoint' -Property @{
                VmName         = [string]$vm.Name
                VmId           = [string]$vm.Id
                Id             = [string]$checkpoint.Id
                CheckpointName = [string]$checkpoint.Name
                Parent         = $parent
                CreatedUtc     = (ConvertTo-ZdmUtc $checkpoint.CreationTime)
                State          = [string]$checkpoint.State
            }
        }
    }
}
