function Remove-ZdmFile {
    <#
    .SYNOPSIS
        Removes one file below C:\Zdm.
    .DESCRIPTION
        Only files of the toolkit's own folder; wildcards and folders are refused. The record keeps size and hash.
    .PARAMETER Path
        Full path below C:\Zdm.
    .EXAMPLE
        Remove-ZdmFile -Path C:\Zdm\dhcp.xml
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
        [ValidatePattern('^[Cc]:\\[Zz]dm\\[^*?\[\]]+$')]
        [string]$Path
    )
    if ($Path -match '\\\.\.?(\\|$)') {
        Stop-ZdmVerb -Code Precondition -Message "'$Path' must not contain . or .. as a folder." -Target $Path
    }
    $before = Get-ZdmFileState -Path $Path
    if ($before.IsFolder) {
        Stop-ZdmVerb -Code Precondition -Message "'$Path' is a folder; only files are removed." -Target $Path
    }
    if ($before.Exists -and $PSCmdlet.ShouldProcess($Path, 'remove')) {
        Remove-Item -LiteralPath $Path -Force
        $after = Get-ZdmFileState -Path $Path
        if ($after.Exists) {
            Stop-ZdmVerb -Code VerifyFailed -Message "'$Path' is still there." -Target $Path
        }
        New-ZdmChange -Verb 'Remove-ZdmFile' -Target $Path -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'Remove-ZdmFile' -Target $Path -Changed $false -Before $before -After $before
}
