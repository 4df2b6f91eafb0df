function Install-ZdmFeature {
    <#
    .SYNOPSIS
        Installs one role or feature of Windows Server.
    .DESCRIPTION
        Install-WindowsFeature on 2012 and later, Add-WindowsFeature on 2008 R2; older releases are refused. Never restarts:
        the record says whether a restart is needed. Management tools are installed with it on 2012 and later.
    .PARAMETER Name
        The internal name, for example DHCP.
    .EXAMPLE
        Install-ZdmFeature -Name DHCP
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
        Stop-ZdmVerb -Code Unsupported -Message 'Roles are installed from Windows Server 2008 R2 on.' -Target $Name
    }
    $read = {
        # The whole list, filtered here: -Name takes wildcards, and an unknown name is no error there.
        $feature = @(Get-WindowsFeature | Where-Object { $_.Name -eq $Name })
        if ($feature.Count -eq 0) {
            Stop-ZdmVerb -Code NotFound -Message "This server knows no role or feature '$Name'." -Target $Name -Category ObjectNotFound
        }
        @{ Installed = [bool]$feature[0].Installed }
    }
    $before = & $read
    if (-not $before.Installed -and $PSCmdlet.ShouldProcess($Name, 'install')) {
        if (Test-ZdmCommand Install-WindowsFeature) {
            $result = Install-WindowsFeature -Name $Name -IncludeManagementTools
        }
        else {
            $result = Add-WindowsFeature -Name $Name
        }
        $restart = [string]$result.RestartNeeded -ne 'No'
        $after = & $read
        # A failed installation is also a normal result; what counts is what is there afterwards.
        if (-not $after.Installed) {
            Stop-ZdmVerb -Code VerifyFailed -Message "'$Name' is not installed; the server said $($result.ExitCode)." -Target $Name
        }
        New-ZdmChange -Verb 'Install-ZdmFeature' -Target $Name -Changed $true -Before $before -After $after -RebootRequired $restart
        return
    }
    New-ZdmChange -Verb 'Install-ZdmFeature' -Target $Name -Changed $false -Before $before -After $before
}
