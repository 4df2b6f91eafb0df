function Get-ZdmFile {
    <#
    .SYNOPSIS
        Reads whether files are there, with size, hash and time.
    .DESCRIPTION
        One object for each path, also for one that does not exist. A folder has no size and no hash.
    .PARAMETER Path
        Full local paths. Wildcards are taken as letters.
    .EXAMPLE
        Get-ZdmFile -Path C:\Zdm\dhcp.xml
    .OUTPUTS
        Zdm.File
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string[]]$Path
    )
    foreach ($one in $Path) {
        $state = Get-ZdmFileState -Path $one
        $state['Path'] = $one
        New-ZdmFact -Type 'Zdm.File' -Property $state
    }
}
