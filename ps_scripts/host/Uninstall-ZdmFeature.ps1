function Uninstall-ZdmFeature {
    <#
    .SYNOPSIS
        Removes one role or feature of Windows Server.
    .DESCRIPTION
        Uninstall-WindowsFeature on 2012 and later, Remove-WindowsFeature on 2008 R2; older releases are refused. Never restarts:
        the record says whether a restart is needed. Management tools and the role's data on disk stay.
    .PARAMETER Name
        The internal name, for example DHCP.
    .EXAMPLE
        Uninstall-ZdmFeature -Name DHCP
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmRole
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Name
    )
    if (-not (Import-ZdmModule ServerManager)) {
        Stop-ZdmVerb -Code Unsupported -Message 'Roles are removed from Windows Server 2008 R2 on.' -Target $Name
    }
    $read = {
        $feature = @(Get-WindowsFeature | Where-Object { $_.Name -eq $Name })
        if ($feature.Count -eq 0) {
            Stop-ZdmVerb -Code NotFound -Message "This server knows no role or feature '$Name'." -Target $Name -Category ObjectNotFound
        }
        @{ Installed = [bool]$feature[0].Installed }
    }
    $before = & $read
    if ($before.Installed -and $PSCmdlet.ShouldProcess($Name, 'remove')) {
        if (Test-ZdmCommand Uninstall-WindowsFeature) {
            $result = Uninstall-WindowsFeature -Name $Name -Confirm:$false
        }
        else {
            $result = Remove-WindowsFeature -Name $Name -Confirm:$false
        }
        $restart = [string]$result.RestartNeeded -ne 'No'
        $after = & $read
        if ($after.Installed) {
            Stop-ZdmVerb -Code VerifyFailed -Message "'$Name' is still installed; the server said $($result.ExitCode)." -Target $Name
        }
        New-ZdmChange -Verb 'Uninstall-ZdmFeature' -Target $Name -Changed $true -Before $before -After $after -RebootRequired $restart
        return
    }
    New-ZdmChange -Verb 'Uninstall-ZdmFeature' -Target $Name -Changed $false -Before $before -After $before
}
