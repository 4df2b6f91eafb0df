function New-ZdmLabSwitch {
    <#
    .SYNOPSIS
        Makes a virtual switch that leads nowhere: private, or internal to the host.
    .DESCRIPTION
        A switch of that name that is not the lab's own, or of another kind, is an error.
    .PARAMETER Name
        Name of the switch.
    .PARAMETER Kind
        Private: machines among themselves; Internal: with the host.
    .PARAMETER Mark
        The text by which the lab knows what is its own; it stands in the notes.
    .EXAMPLE
        New-ZdmLabSwitch -Name ZDM-LAB -Kind Private -Mark zdm-lab:sr-1
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
        [ValidateSet('Private', 'Internal')]
        [string]$Kind,
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^zdm-lab:[A-Za-z0-9._-]{1,60}$')]
        [string]$Mark
    )
    $before = Get-ZdmSwitchState -Name $Name
    if ($null -ne $before.Kind -and ($before.Kind -ne $Kind -or $before.Mark -ne $Mark)) {
        Stop-ZdmVerb -Code AlreadyExists -Message "A switch '$Name' is there already ($($before.Kind), '$($before.Mark)')." -Target $Name
    }
    if ($null -ne $before.Kind -or -not $PSCmdlet.ShouldProcess($Name, "make a switch, $Kind")) {
        New-ZdmChange -Verb 'New-ZdmLabSwitch' -Target $Name -Changed $false -Before $before -After $before
        return
    }
    $null = New-VMSwitch -Name $Name -SwitchType $Kind -Notes $Mark
    $after = Get-ZdmSwitchState -Name $Name
    if ($after.Kind -ne $Kind -or $after.Mark -ne $Mark) {
        Stop-ZdmVerb -Code VerifyFailed -Message "The switch '$Name' shows '$($after.Kind)', '$($after.Mark)' after it was made." -Target $Name
    }
    New-ZdmChange -Verb 'New-ZdmLabSwitch' -Target $Name -Changed $true -Before $before -After $after
}
