function Set-ZdmLabVmState {
    <#
    .SYNOPSIS
        Turns a machine of the lab on or off.
    .DESCRIPTION
        Off is a shutdown by the guest; a guest that does not answer is only turned off with Hard. On is refused while a DHCP guard is off,
        unless the machine leases addresses in the lab and that adapter hangs on a private switch of the lab.
    .PARAMETER Name
        Name of the machine.
    .PARAMETER Mark
        The text by which the lab knows what is its own; it stands in the notes.
    .PARAMETER State
        Running or Off.
    .PARAMETER Hard
        Power off at once.
    .PARAMETER Leases
        The machine leases addresses in the lab, so its DHCP guard may be off there.
    .EXAMPLE
        Set-ZdmLabVmState -Name OLD -Mark zdm-lab:sr-1 -State Running
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
        [ValidateSet('Running', 'Off')]
        [string]$State,
        [Parameter(Mandatory = $false)]
        [bool]$Hard = $false,
        [Parameter(Mandatory = $false)]
        [bool]$Leases = $false
    )
    $vm = Get-ZdmOwnVm -Name $Name -Mark $Mark
    $read = { @{ State = [string](Get-ZdmVm -Name $Name).State } }
    $before = & $read
    if ($before.State -ne $State) {
        if ($before.State -ne 'Off' -and $before.State -ne 'Running') {
            Stop-ZdmVerb -Code Precondition -Message "The machine '$Name' is $($before.State)." -Target $Name
        }
        $open = @()
        if ($State -eq 'Running') { $open = @(Get-VMNetworkAdapter -VMName $Name | Where-Object { $null -ne $_ -and [string]$_.DhcpGuard -ne 'On' }) }
        foreach ($adapter in $open) {
            $switch = @(Get-VMSwitch | Where-Object { $null -ne $_ -and [string]$_.Name -eq [string]$adapter.SwitchName })
            $private = ($switch.Count -eq 1 -and [string]$switch[0].SwitchType -eq 'Private' -and [string]$switch[0].Notes -eq $Mark)
            if (-not ($Leases -and $private)) { Stop-ZdmVerb -Code Precondition -Message "The DHCP guard of '$Name' is off." -Target $Name }
        }
        if ($State -eq 'Off' -and -not $Hard -and [string]$vm.Heartbeat -notlike 'Ok*') {
            Stop-ZdmVerb -Code Precondition -Message "The guest of '$Name' does not answer ($($vm.Heartbeat)); it is only turned off hard." -Target $Name
        }
    }
    if ($before.State -eq $State -or -not $PSCmdlet.ShouldProcess($Name, $State)) {
        New-ZdmChange -Verb 'Set-ZdmLabVmState' -Target $Name -Changed $false -Before $before -After $before
        return
    }
    if ($State -eq 'Running') { Start-VM -Name $Name }
    elseif ($Hard) { Stop-VM -Name $Name -TurnOff -Confirm:$false }
    else { Stop-VM -Name $Name -Force -Confirm:$false }
    $after = & $read
    if ($after.State -ne $State) { Stop-ZdmVerb -Code VerifyFailed -Message "The machine '$Name' is $($after.State)." -Target $Name }
    New-ZdmChange -Verb 'Set-ZdmLabVmState' -Target $Name -Changed $true -Before $before -After $after
}
