function Remove-ZdmProfile {
    <#
    .SYNOPSIS
        Removes a user profile from this computer: its folder and its entry in ProfileList.
    .DESCRIPTION
        For a new computer on which a restore went wrong, before it is done again. A profile that is loaded, or that belongs to a
        service, is refused. There is no way back: the user's data must lie in a store or on the old computer.
    .PARAMETER Sid
        Whose profile.
    .EXAMPLE
        Remove-ZdmProfile -Sid S-1-5-21-1004336348-1177238915-682003330-1105
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmProfile
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^S-1-(5-21|12-1)(-[0-9]{1,10}){4}$')]
        [string]$Sid
    )
    if ([string](Get-WmiObject -Class Win32_OperatingSystem).Version -like '5.*') {
        Stop-ZdmVerb -Code Unsupported -Message 'Windows before Vista does not tell of its profiles.' -Target 'Win32_UserProfile' -Category NotInstalled
    }
    $find = { @(Get-WmiObject -Class Win32_UserProfile -Filter ("SID='" + $Sid + "'") | Where-Object { $null -ne $_ }) }
    $read = {
        $found = @(& $find)
        $state = @{ Exists = ($found.Count -gt 0); Path = $null; Loaded = $false; Special = $false }
        if ($found.Count -gt 0) {
            $state.Path = [string]$found[0].LocalPath
            $state.Loaded = [bool]$found[0].Loaded
            $state.Special = [bool]$found[0].Special
        }
        $state
    }
    $before = & $read
    if ($before.Special) { Stop-ZdmVerb -Code Precondition -Message "The profile of $Sid belongs to a service." -Target $Sid }
    if ($before.Loaded) {
        Stop-ZdmVerb -Code Locked -Message "The profile $($before.Path) is loaded; log the user off first." -Target $Sid -Category ResourceBusy
    }
    if ($before.Exists -and $PSCmdlet.ShouldProcess([string]$before.Path, 'remove the profile')) {
        foreach ($one in @(& $find)) { $null = $one.Delete() }
        $after = & $read
        if ($after.Exists) { Stop-ZdmVerb -Code VerifyFailed -Message "The profile of $Sid is still there." -Target $Sid }
        New-ZdmChange -Verb 'Remove-ZdmProfile' -Target $Sid -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'Remove-ZdmProfile' -Target $Sid -Changed $false -Before $before -After $before
}
