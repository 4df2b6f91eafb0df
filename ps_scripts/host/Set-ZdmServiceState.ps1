function Set-ZdmServiceState {
    <#
    .SYNOPSIS
        Sets start mode and state of one Windows service.
    .DESCRIPTION
        Reads the service, changes only what differs, waits up to TimeoutSeconds for the state, reads back and fails
        where the read-back differs. The start mode is set before a start and before a stop, so that nothing starts it again.
    .PARAMETER Name
        The service name, not the display name.
    .PARAMETER StartMode
        Auto, Manual or Disabled, as Win32_Service names them.
    .PARAMETER State
        Running or Stopped.
    .PARAMETER TimeoutSeconds
        How long the service may take to reach the state.
    .EXAMPLE
        Set-ZdmServiceState -Name DHCPServer -StartMode Disabled -State Stopped
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmService
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [ValidateSet('Auto', 'Manual', 'Disabled')]
        [string]$StartMode,

        [Parameter(Mandatory = $true)]
        [ValidateSet('Running', 'Stopped')]
        [string]$State,

        [Parameter(Mandatory = $false)]
        [ValidateRange(1, 600)]
        [int]$TimeoutSeconds = 60
    )
    $read = {
        # Filtered here: a name may hold what a WQL condition would have to escape.
        $service = @(Get-WmiObject -Class Win32_Service | Where-Object { $_.Name -eq $Name })
        if ($service.Count -eq 0) {
            Stop-ZdmVerb -Code NotFound -Message "The service '$Name' does not exist." -Target $Name -Category ObjectNotFound
        }
        @{ StartMode = [string]$service[0].StartMode; State = [string]$service[0].State }
    }
    $before = & $read
    $after = $before
    $differs = $before.StartMode -ne $StartMode -or $before.State -ne $State
    if ($differs -and $PSCmdlet.ShouldProcess($Name, "set start mode $StartMode and state $State")) {
        if ($before.StartMode -ne $StartMode) {
            $startupType = $StartMode
            if ($StartMode -eq 'Auto') { $startupType = 'Automatic' }
            Set-Service -Name $Name -StartupType $startupType
        }
        if ($before.State -ne $State) {
            if ($State -eq 'Running') { Start-Service -Name $Name } else { Stop-Service -Name $Name -Force }
        }
        $limit = (Get-Date).AddSeconds($TimeoutSeconds)
        $after = & $read
        while ($after.State -ne $State -and (Get-Date) -lt $limit) {
            Start-Sleep -Seconds 1
            $after = & $read
        }
        if ($after.StartMode -ne $StartMode -or $after.State -ne $State) {
            $message = "The service '$Name' is {0}/{1} after the change; {2}/{3} was wanted." -f $after.StartMode, $after.State, $StartMode, $State
            Stop-ZdmVerb -Code VerifyFailed -Message $message -Target $Name
        }
        New-ZdmChange -Verb 'Set-ZdmServiceState' -Target $Name -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'Set-ZdmServiceState' -Target $Name -Changed $false -Before $before -After $after
}
