function Remove-ZdmUserStateStore {
    <#
    .SYNOPSIS
        Removes a migration store from the host it lies on.
    .DESCRIPTION
        Only a folder with USMT\USMT.MIG in it; anything else is refused, so that a wrong path costs nothing. What is in the store
        is gone for good: it goes after the users have accepted their new computers and the days of keeping are over.
    .PARAMETER Path
        The folder of the store on this host, without USMT.
    .EXAMPLE
        Remove-ZdmUserStateStore -Path C:\Zdm\stores\PC07\20261125
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmUserStateStore
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[A-Za-z]:\\[^*?"<>|\[\]]+[^*?"<>|\\\[\]]$')]
        [string]$Path
    )
    if ($Path -match '\\\.\.?(\\|$)') {
        Stop-ZdmVerb -Code Precondition -Message "'$Path' must not contain . or .. as a folder." -Target $Path
    }
    $folder = $Path + '\USMT'
    $read = {
        @{
            Exists = [bool][System.IO.File]::Exists($folder + '\USMT.MIG')
            Folder = [bool][System.IO.Directory]::Exists($folder)
        }
    }
    $before = & $read
    if ($before.Folder -and -not $before.Exists) {
        Stop-ZdmVerb -Code Precondition -Message "'$folder' holds no compressed store; it is left alone." -Target $Path
    }
    if ($before.Exists -and $PSCmdlet.ShouldProcess($Path, 'remove the store')) {
        Remove-Item -LiteralPath $folder -Recurse -Force
        $after = & $read
        if ($after.Folder) { Stop-ZdmVerb -Code VerifyFailed -Message "'$folder' is still there." -Target $Path }
        New-ZdmChange -Verb 'Remove-ZdmUserStateStore' -Target $Path -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'Remove-ZdmUserStateStore' -Target $Path -Changed $false -Before $before -After $before
}
