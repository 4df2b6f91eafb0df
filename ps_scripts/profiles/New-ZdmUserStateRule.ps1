function New-ZdmUserStateRule {
    <#
    .SYNOPSIS
        Writes a rule file or a Config.xml for the User State Migration Tool below C:\Zdm.
    .DESCRIPTION
        The text is written as UTF-8. A file that is there with another text is never overwritten: whoever changes a rule
        gives the file another name.
    .PARAMETER Path
        Full path of the file below C:\Zdm; it ends with .xml.
    .PARAMETER Line
        The text, line by line.
    .EXAMPLE
        New-ZdmUserStateRule -Path C:\Zdm\rules\zdm-office-1a2b3c4d.xml -Line $lines
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
        [ValidatePattern('^[Cc]:\\[Zz]dm(\\[A-Za-z0-9][A-Za-z0-9._-]*)+\.xml$')]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string[]]$Line
    )
    $text = ($Line -join "`r`n") + "`r`n"
    $read = {
        $state = @{ Exists = [bool][System.IO.File]::Exists($Path); Fits = $false }
        if ($state.Exists) { $state.Fits = [bool]([System.IO.File]::ReadAllText($Path, [System.Text.Encoding]::UTF8) -ceq $text) }
        $state
    }
    $before = & $read
    if ($before.Exists -and -not $before.Fits) {
        Stop-ZdmVerb -Code AlreadyExists -Message "'$Path' is there with another text." -Target $Path
    }
    if (-not $before.Exists -and $PSCmdlet.ShouldProcess($Path, 'write')) {
        $null = [System.IO.Directory]::CreateDirectory((Split-Path -Path $Path -Parent))
        $plain = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
        $null = [System.IO.File]::WriteAllText($Path, $text, $plain)
        $after = & $read
        if (-not $after.Fits) { Stop-ZdmVerb -Code VerifyFailed -Message "'$Path' does not hold the text." -Target $Path }
        New-ZdmChange -Verb 'New-ZdmUserStateRule' -Target $Path -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'New-ZdmUserStateRule' -Target $Path -Changed $false -Before $before -After $before
}
