function New-ZdmLabCheckpoint {
    <#
    .SYNOPSIS
        Takes a checkpoint of a machine of the lab that is off.
    .DESCRIPTION
        One of that label that is there already is left as it is.
    .PARAMETER Name
        Name of the machine.
    .PARAMETER Mark
        The text by which the lab knows what is its own; it stands in the notes.
    .PARAMETER Label
        Label of the checkpoint, such as L00-restored.
    .EXAMPLE
        New-ZdmLabCheckpoint -Name OLD -Mark zdm-lab:sr-1 -Label L00-restored
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 5.1
        Reader: Get-ZdmLabCheckpoint
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
    if (-not $before.Exists) {
        if ([string]$vm.State -ne 'Off') { Stop-ZdmVerb -Code Precondition -Message "The machine '$Name' is $($vm.State); checkpoints are a matter of machines that are off." -Target $Name }
    }
    if ($before.Exists -or -not $PSCmdlet.ShouldProcess($Name, "checkpoint $Label")) {
        New-ZdmChange -Verb 'New-ZdmLabCheckpoint' -Target $Name -Changed $false -Before $before -After $before
        return
    }
    Checkpoint-VM -Name $Name -SnapshotName $Label
    $after = Get-ZdmCheckpointState -Name $Name -Label $Label
    if (-not $after.Exists) { Stop-ZdmVerb -Code VerifyFailed -Message "The machine '$Name' has no checkpoint '$Label'." -Target $Label }
    New-ZdmChange -Verb 'New-ZdmLabCheckpoint' -Target $Name -Changed $true -Before $before -After $after
}
