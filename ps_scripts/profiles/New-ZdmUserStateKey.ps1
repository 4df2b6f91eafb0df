function New-ZdmUserStateKey {
    <#
    .SYNOPSIS
        Lays the key of an encrypted migration store into the folder of a job that is about to be started.
    .DESCRIPTION
        The file is made empty, taken from everybody but the system and the administrators, and then written. The job's own batch
        file deletes it as soon as the program has ended. The key is the password of the credential; it is in no record.
        A key that code pages would write differently, or that the tool would not take, is refused without being shown.
    .PARAMETER JobId
        The job that will read it.
    .PARAMETER Credential
        A credential whose password is the key.
    .EXAMPLE
        New-ZdmUserStateKey -JobId 8f14e45f-ceea-467f-a8d4-0c1b2f3a4b5c -Credential $key
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
        [ValidatePattern('^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$')]
        [string]$JobId,

        [Parameter(Mandatory = $true)]
        [pscredential]$Credential
    )
    $folder = 'C:\Zdm\jobs\' + $JobId.ToLowerInvariant()
    $path = $folder + '\store.key'
    if ([System.IO.File]::Exists($folder + '\rc') -or [System.IO.File]::Exists($folder + '\rc.tmp')) {
        Stop-ZdmVerb -Code Precondition -Message "The job $JobId has ended; its key is not laid down again." -Target $path
    }
    if (-not (Test-ZdmKey -Credential $Credential)) {
        Stop-ZdmVerb -Code Precondition -Message "A store's key has 8 to 256 plain letters, digits or signs, and no blank at its ends." -Target $path
    }
    $read = { @{ Exists = [bool][System.IO.File]::Exists($path); Fits = [bool](Test-ZdmKeyFile -Path $path -Credential $Credential) } }
    $before = & $read
    if ($before.Exists -and -not $before.Fits) {
        Stop-ZdmVerb -Code AlreadyExists -Message "'$path' is there with another key." -Target $path
    }
    if (-not $before.Exists -and $PSCmdlet.ShouldProcess($path, 'lay the key down')) {
        $null = [System.IO.Directory]::CreateDirectory($folder)
        Write-ZdmKeyFile -Path $path -Credential $Credential
        $after = & $read
        if (-not $after.Fits) { Stop-ZdmVerb -Code VerifyFailed -Message "'$path' does not hold the key." -Target $path }
        New-ZdmChange -Verb 'New-ZdmUserStateKey' -Target $path -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'New-ZdmUserStateKey' -Target $path -Changed $false -Before $before -After $before
}
