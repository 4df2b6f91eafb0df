function Move-ZdmFolder {
    <#
    .SYNOPSIS
        Moves a folder of the toolkit into another place; what is there is moved aside and kept.
    .DESCRIPTION
        Both moves are within one drive, so nothing is copied and nothing is lost: what lay at the destination lies afterwards in
        a folder beside the moved one's old place, with -undone at its end. It puts a finished backup in its place, and puts it
        back where it came from. The folder takes the inherited permissions of its new place.
    .PARAMETER Path
        The folder, below C:\Zdm.
    .PARAMETER Destination
        Where it is to be: a folder of a user, or another below C:\Zdm.
    .EXAMPLE
        Move-ZdmFolder -Path C:\Zdm\pieces\first\anna\desktop -Destination C:\Users\anna\Desktop
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmFile
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[Cc]:\\[Zz]dm(\\[^\\/:*?"<>|\[\]]+)+$')]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[Cc]:(\\[^\\/:*?"<>|\[\]]+){3,}$')]
        [string]$Destination
    )
    foreach ($one in $Path, $Destination) {
        if ($one -match '\\\.\.?(\\|$)') { Stop-ZdmVerb -Code Precondition -Message "'$one' must not contain . or .. as a folder." -Target $one }
    }
    $aside = $Path + '-undone'
    $read = {
        @{
            Exists  = [bool][System.IO.Directory]::Exists($Path)
            Arrived = [bool][System.IO.Directory]::Exists($Destination)
            Aside   = [bool][System.IO.Directory]::Exists($aside)
        }
    }
    $before = & $read
    if (-not $before.Exists -and -not $before.Arrived) {
        Stop-ZdmVerb -Code NotFound -Message "There is no folder '$Path'." -Target $Path -Category ObjectNotFound
    }
    if ($before.Exists -and $before.Arrived -and $before.Aside) {
        Stop-ZdmVerb -Code AlreadyExists -Message "'$aside' is there already; move it away first." -Target $aside
    }
    if ($before.Exists -and $PSCmdlet.ShouldProcess($Path, 'move the folder')) {
        if ($before.Arrived) { $null = [System.IO.Directory]::Move($Destination, $aside) }
        $null = [System.IO.Directory]::Move($Path, $Destination)
        $run = Invoke-ZdmNative -FilePath 'icacls.exe' -ArgumentList $Destination, '/reset'
        if ($run.ExitCode -ne 0) {
            Stop-ZdmVerb -Code NativeExit -Message "'$Destination' is in its place; icacls /reset ended with $($run.ExitCode)." -Target $Destination
        }
        $after = & $read
        if ($after.Exists -or -not $after.Arrived) { Stop-ZdmVerb -Code VerifyFailed -Message "'$Path' is not at '$Destination'." -Target $Path }
        New-ZdmChange -Verb 'Move-ZdmFolder' -Target $Path -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'Move-ZdmFolder' -Target $Path -Changed $false -Before $before -After $before
}
