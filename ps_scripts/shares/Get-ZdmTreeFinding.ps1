function Get-ZdmTreeFinding {
    <#
    .SYNOPSIS
        Looks through a tree for what a move of it meets: long paths, links, encrypted files, permissions of unknown accounts.
    .DESCRIPTION
        One object for each sort of finding, with how often, how many bytes, and the first five. It looks through so many
        folders and no more; a whole share is looked through by a job (Start-ZdmJob with Function).
    .PARAMETER Path
        The top folder, a full local path.
    .PARAMETER Folders
        How many folders are looked at.
    .PARAMETER Years
        Files that were written longer ago are told as old.
    .EXAMPLE
        Get-ZdmTreeFinding -Path D:\Shares\Data -Folders 100
    .OUTPUTS
        Zdm.TreeFinding
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[A-Za-z]:\\[^\x00-\x1f"<>|*?:/]+$')]
        [string]$Path,

        [Parameter(Mandatory = $false)]
        [ValidateRange(1, 5000)]
        [int]$Folders = 500,

        [Parameter(Mandatory = $false)]
        [ValidateRange(1, 50)]
        [int]$Years = 7
    )
    $root = $Path.TrimEnd('\')
    if (-not [System.IO.Directory]::Exists($root)) {
        Stop-ZdmVerb -Code NotFound -Message "There is no folder '$root'." -Target $root -Category ObjectNotFound
    }
    foreach ($line in @(Measure-ZdmTree -Path $root -Folders $Folders -Years $Years)) {
        New-ZdmFact -Type 'Zdm.TreeFinding' -Property (@{ Root = $root } + (ConvertFrom-ZdmTallyLine -Line ([string]$line)))
    }
}
