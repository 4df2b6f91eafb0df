function Restore-ZdmLabCheckpoint {
    <#
    .SYNOPSIS
        Sets a machine of the lab that is off back to a checkpoint.
    .DESCRIPTION
        What it has written since is gone. One that stands at the checkpoint and has written nothing since is left as it is.
    .PARAMETER Name
        Name of the machine.
    .PARAMETER Mark
        The text by which the lab knows what is its own; it stands in the notes.
    .PARAMETER Label
        Label of the checkpoint, such as L00-restored.
    .EXAMPLE
        Restore-ZdmLabCheckpoint -Name OLD -Mark zdm-lab:sr-1 -Label L00-restored
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 5.1
        Reader: Get-ZdmLabVm
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[A-Za-z0-9][A-Za-z0-9 ._-]{0,60}$')]
        [string]$Name,
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^zdm-lab:[A-Za-z0-9._-]{1,60}$')]
        [string]$Mark,
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^L[0-9]{2}-[A-Za-z0-9._-]{1,40}$')]
        [string]$Label
    )
    $vm = Get-ZdmOwnVm -Name $Name -Mark $Mark
    $before = Get-ZdmCheckpointState -Name $Name -Label $Label
    if ([string]$vm.State -ne 'Off') { Stop-ZdmVerb -Code Precondition -Message "The machine '$Name' is $($vm.State); checkpoints are a matter of machines that are off." -Target $Name }

    if (-not $before.Exists) { Stop-ZdmVerb -Code NotFound -Message "The machine '$Name' has no checkpoint '$Label'." -Target $Label -Category ObjectNotFound }
    $look = {
        $machine = Get-ZdmVm -Name $Name
        # A branch that nothing was written to is as small as it was made.
        $written = @(Get-VMHardDiskDrive -VMName $Name | Where-Object { $null -ne $_ -and (Get-VHD -Path $_.Path).FileSize -gt 4194304 })
        @{ Checkpoint = [string]$machine.ParentCheckpointName; Written = ($written.Count -gt 0) }
    }
    $before = & $look
    if (($before.Checkpoint -eq $Label -and -not $before.Written) -or -not $PSCmdlet.ShouldProcess($Name, "restore $Label")) {
        New-ZdmChange -Verb 'Restore-ZdmLabCheckpoint' -Target $Name -Changed $false -Before $before -After $before
        return
    }
    Restore-VMSnapshot -VMName $Name -Name $Label -Confirm:$false
    $after = & $look
    if ($after.Checkpoint -ne $Label) { Stop-ZdmVerb -Code VerifyFailed -Message "The machine '$Name' stands at '$($after.Checkpoint)'." -Target $Label }
    New-ZdmChange -Verb 'Restore-ZdmLabCheckpoint' -Target $Name -Changed $true -Before $before -After $after
}
