function Remove-ZdmShare {
    <#
    .SYNOPSIS
        Ends a share. Its folder and files stay where they are.
    .DESCRIPTION
        What was read before is in the change record: New-ZdmShare with it makes the share again.
    .PARAMETER Name
        The name of the share.
    .EXAMPLE
        Remove-ZdmShare -Name Data
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 3.0
        Reader: Get-ZdmShare
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[^\x00-\x1f\\/:*?"<>|\[\]+=;,]{1,80}$')]
        [string]$Name
    )
    if (-not (Import-ZdmModule SmbShare)) {
        Stop-ZdmVerb -Code Unsupported -Message 'This host has no SmbShare module (it came with Windows Server 2012).' -Target 'SmbShare' -Category NotInstalled
    }
    $read = {
        $found = @(Get-SmbShare | Where-Object { $_.Name -eq $Name })
        $state = @{ Exists = [bool]($found.Count -gt 0); Path = ''; Description = ''; CachingMode = ''; EnumerationMode = ''; Sddl = '' }
        if ($found.Count -gt 0) {
            $state.Path = [string]$found[0].Path
            $state.Description = [string]$found[0].Description
            $state.CachingMode = [string]$found[0].CachingMode
            $state.EnumerationMode = [string]$found[0].FolderEnumerationMode
            $state.Sddl = [string]$found[0].SecurityDescriptor
        }
        $state
    }
    $before = & $read
    if ($before.Exists -and $PSCmdlet.ShouldProcess($Name, 'remove the share')) {
        Remove-SmbShare -Name $Name -Force
        $after = & $read
        if ($after.Exists) { Stop-ZdmVerb -Code VerifyFailed -Message "The share '$Name' is still there." -Target $Name }
        New-ZdmChange -Verb 'Remove-ZdmShare' -Target $Name -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'Remove-ZdmShare' -Target $Name -Changed $false -Before $before -After $before
}
