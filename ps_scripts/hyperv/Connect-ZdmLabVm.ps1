function Connect-ZdmLabVm {
    <#
    .SYNOPSIS
        Connects the one adapter of a machine of the lab to a switch of the lab, or to nothing.
    .DESCRIPTION
        Never to an external switch, and never while the DHCP guard is off. A machine with several adapters is an error.
    .PARAMETER Name
        Name of the machine.
    .PARAMETER Mark
        The text by which the lab knows what is its own; it stands in the notes.
    .PARAMETER SwitchName
        The switch; empty: unplugged.
    .EXAMPLE
        Connect-ZdmLabVm -Name OLD -Mark zdm-lab:sr-1 -SwitchName ZDM-LAB
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 5.1
        Reader: Get-ZdmLabAdapter
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
        [AllowEmptyString()]
        [string]$SwitchName
    )
    $vm = Get-ZdmOwnVm -Name $Name -Mark $Mark
    $adapters = @(Get-VMNetworkAdapter -VMName $Name | Where-Object { $null -ne $_ })
    if ($adapters.Count -ne 1) { Stop-ZdmVerb -Code Ambiguous -Message "The machine '$Name' has $($adapters.Count) adapters." -Target $Name }
    $read = { @{ SwitchName = [string](Get-VMNetworkAdapter -VMName $Name).SwitchName } }
    $before = & $read
    if ($SwitchName -ne '' -and $before.SwitchName -ne $SwitchName) {
        $switch = @(Get-VMSwitch | Where-Object { $null -ne $_ -and [string]$_.Name -eq $SwitchName })
        if ($switch.Count -ne 1) { Stop-ZdmVerb -Code NotFound -Message "There is no switch '$SwitchName'." -Target $SwitchName -Category ObjectNotFound }
        if ([string]$switch[0].SwitchType -eq 'External' -or [string]$switch[0].Notes -ne $Mark) {
            Stop-ZdmVerb -Code Precondition -Message "The switch '$SwitchName' is not the lab's own, or leads outside." -Target $SwitchName
        }
        if ([string]$adapters[0].DhcpGuard -ne 'On') { Stop-ZdmVerb -Code Precondition -Message "The DHCP guard of '$Name' is off." -Target $Name }
    }
    if ($before.SwitchName -eq $SwitchName -or -not $PSCmdlet.ShouldProcess($Name, "connect to '$SwitchName'")) {
        New-ZdmChange -Verb 'Connect-ZdmLabVm' -Target $Name -Changed $false -Before $before -After $before
        return
    }
    if ($SwitchName -eq '') { Disconnect-VMNetworkAdapter -VMName $Name }
    else { Connect-VMNetworkAdapter -VMName $Name -SwitchName $SwitchName }
    $after = & $read
    if ($after.SwitchName -ne $SwitchName) { Stop-ZdmVerb -Code VerifyFailed -Message "The machine '$Name' is on '$($after.SwitchName)'." -Target $Name }
    New-ZdmChange -Verb 'Connect-ZdmLabVm' -Target $Name -Changed $true -Before $before -After $after
}
