function Connect-ZdmLabVm {
    <#
    .SYNOPSIS
        Connects the one adapter of a machine of the lab to a switch of the lab, or to nothing.
    .DESCRIPTION
        Never to an external switch, and with the DHCP guard on before anything is connected. With Leases the guard is lifted
        once the machine hangs on a private switch of the lab, so that a DHCP server in it is heard there; any other switch is an error.
        A machine with several adapters is an error.
    .PARAMETER Name
        Name of the machine.
    .PARAMETER Mark
        The text by which the lab knows what is its own; it stands in the notes.
    .PARAMETER SwitchName
        The switch; empty: unplugged.
    .PARAMETER Leases
        The machine leases addresses in the lab: the DHCP guard off. Without it the guard is put on.
    .EXAMPLE
        Connect-ZdmLabVm -Name OLD -Mark zdm-lab:sr-1 -SwitchName ZDM-LAB -Leases $true
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
        [string]$SwitchName,
        [Parameter(Mandatory = $false)]
        [bool]$Leases = $false
    )
    $vm = Get-ZdmOwnVm -Name $Name -Mark $Mark
    $adapters = @(Get-VMNetworkAdapter -VMName $Name | Where-Object { $null -ne $_ })
    if ($adapters.Count -ne 1) { Stop-ZdmVerb -Code Ambiguous -Message "The machine '$Name' has $($adapters.Count) adapters." -Target $Name }
    $read = {
        $adapter = Get-VMNetworkAdapter -VMName $Name
        @{ SwitchName = [string]$adapter.SwitchName; Guarded = ([string]$adapter.DhcpGuard -eq 'On') }
    }
    $before = & $read
    if ($Leases -and $SwitchName -eq '') { Stop-ZdmVerb -Code Precondition -Message "The DHCP guard of '$Name' is not lifted while it is unplugged." -Target $Name }
    if ($SwitchName -ne '' -and ($Leases -or $before.SwitchName -ne $SwitchName)) {
        $switch = @(Get-VMSwitch | Where-Object { $null -ne $_ -and [string]$_.Name -eq $SwitchName })
        if ($switch.Count -ne 1) { Stop-ZdmVerb -Code NotFound -Message "There is no switch '$SwitchName'." -Target $SwitchName -Category ObjectNotFound }
        if ([string]$switch[0].SwitchType -eq 'External' -or [string]$switch[0].Notes -ne $Mark) {
            Stop-ZdmVerb -Code Precondition -Message "The switch '$SwitchName' is not the lab's own, or leads outside." -Target $SwitchName
        }
        if ($Leases -and [string]$switch[0].SwitchType -ne 'Private') {
            Stop-ZdmVerb -Code Precondition -Message "The DHCP guard of '$Name' is only lifted on a private switch, and '$SwitchName' is none." -Target $SwitchName
        }
    }
    $guarded = -not $Leases
    $same = ($before.SwitchName -eq $SwitchName -and $before.Guarded -eq $guarded)
    if ($same -or -not $PSCmdlet.ShouldProcess($Name, "connect to '$SwitchName'")) {
        New-ZdmChange -Verb 'Connect-ZdmLabVm' -Target $Name -Changed $false -Before $before -After $before
        return
    }
    if ($before.SwitchName -ne $SwitchName) {
        # Guarded before it hangs on another switch, also where it is lifted there afterwards.
        if (-not $before.Guarded) { Set-VMNetworkAdapter -VMName $Name -DhcpGuard On }
        if ($SwitchName -eq '') { Disconnect-VMNetworkAdapter -VMName $Name }
        else { Connect-VMNetworkAdapter -VMName $Name -SwitchName $SwitchName }
    }
    if ($Leases) { Set-VMNetworkAdapter -VMName $Name -DhcpGuard Off }
    elseif ($before.SwitchName -eq $SwitchName) { Set-VMNetworkAdapter -VMName $Name -DhcpGuard On }
    $after = & $read
    if ($after.SwitchName -ne $SwitchName -or $after.Guarded -ne $guarded) {
        Stop-ZdmVerb -Code VerifyFailed -Message "The machine '$Name' is on '$($after.SwitchName)', guarded: $($after.Guarded)." -Target $Name
    }
    New-ZdmChange -Verb 'Connect-ZdmLabVm' -Target $Name -Changed $true -Before $before -After $after
}
