function Restore-ZdmFolder {
    <#
    .SYNOPSIS
        Puts a folder's backup back in its place; what is there now is moved aside and kept.
    .DESCRIPTION
        Both moves are within one drive, so nothing is copied and nothing is lost: what the folder holds now lies afterwards beside
        the backup, in a folder that ends with -undone.
    .PARAMETER Path
        The folder.
    .PARAMETER Backup
        Its backup, a folder below C:\Zdm.
    .EXAMPLE
        Restore-ZdmFolder -Path C:\Users\anna\Desktop -Backup C:\Zdm\pieces\first\anna\desktop
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
        [ValidatePattern('^[Cc]:(\\[^\\/:*?"<>|\[\]]+){3,}$')]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[Cc]:\\[Zz]dm(\\[^\\/:*?"<>|\[\]]+)+$')]
        [string]$Backup
    )
    foreach ($one in $Path, $Backup) {
        if ($one -match '\\\.\.?(\\|$)') { Stop-ZdmVerb -Code Precondition -Message "'$one' must not contain . or .. as a folder." -Target $one }
    }
    $aside = $Backup + '-undone'
    $read = {
        @{
            Exists = [bool][System.IO.Directory]::Exists($Path)
            Backup = [bool][System.IO.Directory]::Exists($Backup)
            Aside  = [bool][System.IO.Directory]::Exists($aside)
        }
    }
    $before = & $read
    if (-not $before.Backup -and -not $before.Aside) {
        Stop-ZdmVerb -Code NotFound -Message "There is no backup '$Backup'." -Target $Backup -Category ObjectNotFound
    }
    if ($before.Backup -and $before.Exists -and $before.Aside) {
        Stop-ZdmVerb -Code AlreadyExists -Message "'$aside' is there already; move it away first." -Target $aside
    }
    if ($before.Backup -and $PSCmdlet.ShouldProcess($Path, 'put the backup back')) {
        if ($before.Exists) { $null = [System.IO.Directory]::Move($Path, $aside) }
        $null = [System.IO.Directory]::Move($Backup, $Path)
        $after = & $read
        if ($after.Backup -or -not $after.Exists) { Stop-ZdmVerb -Code VerifyFailed -Message "'$Path' is not the backup." -Target $Path }
        New-ZdmChange -Verb 'Restore-ZdmFolder' -Target $Path -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'Restore-ZdmFolder' -Target $Path -Changed $false -Before $before -After $before
}
