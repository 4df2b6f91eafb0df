function Update-ZdmDhcpClientLease {
    <#
    .SYNOPSIS
        Lets this host give its address back and ask anew.
    .DESCRIPTION
        The session's own connection goes away with the address and usually comes back with it; where it does not, the paired reader says what happened.
    .PARAMETER InterfaceAlias
        The adapter's name as ipconfig shows it.
    .EXAMPLE
        Update-ZdmDhcpClientLease -InterfaceAlias Ethernet
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmDhcpClientLease
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$InterfaceAlias
    )
    $adapter = @(Get-WmiObject -Class Win32_NetworkAdapter | Where-Object { [string]$_.NetConnectionID -eq $InterfaceAlias })
    if ($adapter.Count -ne 1) {
        Stop-ZdmVerb -Code NotFound -Message "There is no adapter '$InterfaceAlias'." -Target $InterfaceAlias -Category ObjectNotFound
    }
    $index = [int]$adapter[0].Index
    $read = {
        $found = @(Get-WmiObject -Class Win32_NetworkAdapterConfiguration | Where-Object { [int]$_.Index -eq $index })[0]
        @{ DhcpEnabled = [bool]$found.DHCPEnabled; DhcpServer = [string]$found.DHCPServer; IpAddress = [string](@($found.IPAddress) + '')[0] }
    }
    $before = & $read
    if (-not $before.DhcpEnabled) {
        Stop-ZdmVerb -Code Precondition -Message "The adapter '$InterfaceAlias' has a fixed address." -Target $InterfaceAlias
    }
    if (-not $PSCmdlet.ShouldProcess($InterfaceAlias, 'release and renew')) {
        New-ZdmChange -Verb 'Update-ZdmDhcpClientLease' -Target $InterfaceAlias -Changed $false -Before $before -After $before
        return
    }
    $null = Invoke-ZdmNative -FilePath 'ipconfig.exe' -ArgumentList '/release', $InterfaceAlias
    $run = Invoke-ZdmNative -FilePath 'ipconfig.exe' -ArgumentList '/renew', $InterfaceAlias
    $after = & $read
    if ($after.DhcpServer -eq '') {
        Stop-ZdmVerb -Code NativeExit -Message "ipconfig /renew gave no lease (exit code $($run.ExitCode))." -Target $InterfaceAlias
    }
    New-ZdmChange -Verb 'Update-ZdmDhcpClientLease' -Target $InterfaceAlias -Changed $true -Before $before -After $after
}
