function Remove-ZdmLabVm {
    <#
    .SYNOPSIS
        Removes a machine of the lab; its disks stay.
    .DESCRIPTION
        Only one that is off, without checkpoints, and the lab's own.
    .PARAMETER Name
        Name of the machine.
    .PARAMETER Mark
        The text by which the lab knows what is its own; it stands in the notes.
    .EXAMPLE
        Remove-ZdmLabVm -Name OLD -Mark zdm-lab:sr-1
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
        [string]$Mark
    )
    $vm = Get-ZdmVm -Name $Name
    $before = @{ Exists = ($null -ne $vm) }
    if ($null -ne $vm) {
        if ([string]$vm.Notes -ne $Mark) { Stop-ZdmVerb -Code Precondition -Message "The machine '$Name' is not the lab's own ('$($vm.Notes)')." -Target $Name }
        if ([string]$vm.State -ne 'Off') { Stop-ZdmVerb -Code Precondition -Message "The machine '$Name' is $($vm.State)." -Target $Name }
        if (@(Get-VMSnapshot -VMName $Name | Where-Object { $null -ne $_ }).Count -gt 0) {
            Stop-ZdmVerb -Code Precondition -Message "The machine '$Name' has checkpoints." -Target $Name
        }
    }
    if ($null -eq $vm -or -not $PSCmdlet.ShouldProcess($Name, 'remove')) {
        New-ZdmChange -Verb 'Remove-ZdmLabVm' -Target $Name -Changed $false -Before $before -After $before
        return
    }
    Remove-VM -Name $Name -Force
    $after = @{ Exists = ($null -ne (Get-ZdmVm -Name $Name)) }
    if ($after.Exists) { Stop-ZdmVerb -Code VerifyFailed -Message "The machine '$Name' is still there." -Target $Name }
    New-ZdmChange -Verb 'Remove-ZdmLabVm' -Target $Name -Changed $true -Before $before -After $after
}
