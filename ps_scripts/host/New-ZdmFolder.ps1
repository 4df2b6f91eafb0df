function New-ZdmFolder {
    <#
    .SYNOPSIS
        Makes C:\Zdm or a folder below it.
    .DESCRIPTION
        The toolkit's own folder, for exports and copies. Folders between are made as well.
    .PARAMETER Path
        C:\Zdm or a path below it.
    .EXAMPLE
        New-ZdmFolder -Path C:\Zdm
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
        [ValidatePattern('^[Cc]:\\[Zz]dm(\\[^*?\[\]]+)?$')]
        [string]$Path
    )
    if ($Path -match '\\\.\.?(\\|$)') {
        Stop-ZdmVerb -Code Precondition -Message "'$Path' must not contain . or .. as a folder." -Target $Path
    }
    $before = Get-ZdmFileState -Path $Path
    if ($before.Exists -and -not $before.IsFolder) {
        Stop-ZdmVerb -Code AlreadyExists -Message "'$Path' is a file." -Target $Path
    }
    if (-not $before.Exists -and $PSCmdlet.ShouldProcess($Path, 'make folder')) {
        $null = New-Item -Path $Path -ItemType Directory
        $after = Get-ZdmFileState -Path $Path
        if (-not $after.IsFolder) {
            Stop-ZdmVerb -Code VerifyFailed -Message "'$Path' is not there." -Target $Path
        }
        New-ZdmChange -Verb 'New-ZdmFolder' -Target $Path -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'New-ZdmFolder' -Target $Path -Changed $false -Before $before -After $before
}
