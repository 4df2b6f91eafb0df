function Close-ZdmShareSession {
    <#
    .SYNOPSIS
        Ends one session of a user on this file server; what is open in it and not saved is lost.
    .DESCRIPTION
        Warn the user before. A session that has gone is no error: its number is not given again soon.
    .PARAMETER SessionId
        The number of the session.
    .EXAMPLE
        Close-ZdmShareSession -SessionId 1236950581249
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 3.0
        Reader: Get-ZdmShareSession
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[0-9]{1,19}$')]
        [string]$SessionId
    )
    if (-not (Import-ZdmModule SmbShare)) {
        Stop-ZdmVerb -Code Unsupported -Message 'This host has no SmbShare module (it came with Windows Server 2012).' -Target 'SmbShare' -Category NotInstalled
    }
    $read = {
        $found = @(Get-SmbSession | Where-Object { $null -ne $_ -and [string]$_.SessionId -eq $SessionId })
        $state = @{ Exists = [bool]($found.Count -gt 0); User = '' }
        if ($found.Count -gt 0) { $state.User = [string]$found[0].ClientUserName }
        $state
    }
    $before = & $read
    if ($before.Exists -and $PSCmdlet.ShouldProcess($SessionId, 'close the session')) {
        Close-SmbSession -SessionId $SessionId -Force
        $after = & $read
        if ($after.Exists) { Stop-ZdmVerb -Code VerifyFailed -Message "The session $SessionId is still there." -Target $SessionId }
        New-ZdmChange -Verb 'Close-ZdmShareSession' -Target $SessionId -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'Close-ZdmShareSession' -Target $SessionId -Changed $false -Before $before -After $before
}
