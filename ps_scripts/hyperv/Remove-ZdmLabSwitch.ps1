function Remove-ZdmLabSwitch {
    <#
    .SYNOPSIS
        Removes a virtual switch of the lab.
    .DESCRIPTION
        A switch that does not bear the lab's mark is never removed, nor one that a machine is connected to.
    .PARAMETER Name
        Name of the switch.
    .PARAMETER Mark
        The text by which the lab knows what is its own; it stands in the notes.
    .EXAMPLE
        Remove-ZdmLabSwitch -Name ZDM-LAB -Mark zdm-lab:sr-1
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 5.1
        Reader: Get-ZdmLabSwitch
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
    $before = Get-ZdmSwitchState -Name $Name
    if ($null -ne $before.Kind -and $before.Mark -ne $Mark) {
        Stop-ZdmVerb -Code Precondition -Message "The switch '$Name' is not the lab's own ('$($before.Mark)')." -Target $Name
    }
    foreach ($vm in @(Get-VM)) {
        if ($null -eq $vm) { continue }
        foreach ($adapter in @(Get-VMNetworkAdapter -VMName $vm.Name)) {
            if ($null -ne $adapter -and $null -ne $before.Kind -and [string]$adapter.SwitchName -eq $Name) {
                Stop-ZdmVerb -Code Precondition -Message "The machine '$($vm.Name)' is connected to the switch '$Name'." -Target $Name
            }
        }
    }
    if ($null -eq $before.Kind -or -not $PSCmdlet.ShouldProcess($Name, 'remove')) {
        New-ZdmChange -Verb 'Remove-ZdmLabSwitch' -Target $Name -Changed $false -Before $before -After $before
        return
    }
    Remove-VMSwitch -Name $Name -Force
    $after = Get-ZdmSwitchState -Name $Name
    if ($null -ne $after.Kind) { Stop-ZdmVerb -Code VerifyFailed -Message "The switch '$Name' is still there." -Target $Name }
    New-ZdmChange -Verb 'Remove-ZdmLabSwitch' -Target $Name -Changed $true -Before $before -After $after
}
