function Close-ZdmShareSession {
    <#
    .SYNOPSIS
        Ends one session of a user on this file server; what is open in it and not saved is lost.
    .DESCRIPTION
        Warn the user before. A session that has gone is no error: its number is not given again soon. Before Windows Server 2012
        a server ends what a computer has open all at once: the session is the computer then, and all its users lose it.
    .PARAMETER SessionId
        The number of the session; before Windows Server 2012 two backslashes and the computer, as Get-ZdmShareSession tells it.
    .EXAMPLE
        Close-ZdmShareSession -SessionId 1236950581249
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmShareSession
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^([0-9]{1,19}|\\\\[^\x00-\x20"\\/|<>;,=+*?]{1,253})$')]
        [string]$SessionId
    )
    $way = Get-ZdmShareWay
    $found = @(Get-ZdmShareSessionRow -Way $way | Where-Object { $_.SessionId -eq $SessionId })
    $before = @{ Exists = [bool]($found.Count -gt 0); User = '' }
    if ($before.Exists) { $before.User = [string]$found[0].User }
    if ($before.Exists -and $PSCmdlet.ShouldProcess($SessionId, 'close the session')) {
        $said = ''
        if ($way -eq 'module') { Close-SmbSession -SessionId $SessionId -Force }
        else {
            $run = Invoke-ZdmNative -FilePath 'net.exe' -ArgumentList 'session', $SessionId, '/delete', '/y'
            if ($run.ExitCode -ne 0) { $said = (@(@($run.StdErr) + @($run.StdOut) | Where-Object { $_ -match '\S' }) + @("exit code $($run.ExitCode)"))[0] }
        }
        # Who has connected again since then has a younger connection.
        $left = @(Get-ZdmShareSessionRow -Way $way | Where-Object { $_.SessionId -eq $SessionId -and $_.Seconds -ge $found[0].Seconds })
        if ($left.Count -gt 0 -and $said -ne '') {
            Stop-ZdmVerb -Code NativeExit -Message "net session $SessionId /delete: $said" -Target $SessionId
        }
        if ($left.Count -gt 0) { Stop-ZdmVerb -Code VerifyFailed -Message "The session $SessionId is still there." -Target $SessionId }
        $after = @{ Exists = $false; User = '' }
        New-ZdmChange -Verb 'Close-ZdmShareSession' -Target $SessionId -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'Close-ZdmShareSession' -Target $SessionId -Changed $false -Before $before -After $before
}
