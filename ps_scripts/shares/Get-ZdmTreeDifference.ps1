function Get-ZdmTreeDifference {
    <#
    .SYNOPSIS
        Compares a sample of two trees: the newest files, the largest, and some drawn by lot, by content and permissions.
    .DESCRIPTION
        One object for each sort of difference, with how often, how many bytes, and the first five. Sampled is how many files
        were looked at. A whole share is compared by a job (Start-ZdmJob with Function).
    .PARAMETER Source
        The top folder that the sample is taken from, a full local path.
    .PARAMETER Target
        The top folder of the copy, a full local path.
    .PARAMETER Newest
        How many of the newest files.
    .PARAMETER Lot
        How many by lot; which ones follows from the names alone.
    .PARAMETER Largest
        How many of the largest files.
    .EXAMPLE
        Get-ZdmTreeDifference -Source D:\Shares\Data -Target E:\Shares\Data
    .OUTPUTS
        Zdm.TreeDifference
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[A-Za-z]:\\[^\x00-\x1f"<>|*?:/]+$')]
        [string]$Source,

        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[A-Za-z]:\\[^\x00-\x1f"<>|*?:/]+$')]
        [string]$Target,

        [Parameter(Mandatory = $false)]
        [ValidateRange(1, 500)]
        [int]$Newest = 20,

        [Parameter(Mandatory = $false)]
        [ValidateRange(1, 500)]
        [int]$Lot = 20,

        [Parameter(Mandatory = $false)]
        [ValidateRange(1, 100)]
        [int]$Largest = 5
    )
    foreach ($path in $Source, $Target) {
        if (-not [System.IO.Directory]::Exists($path.TrimEnd('\'))) {
            Stop-ZdmVerb -Code NotFound -Message "There is no folder '$path'." -Target $path -Category ObjectNotFound
        }
    }
    foreach ($line in @(Compare-ZdmTree -Source $Source -Target $Target -Newest $Newest -Lot $Lot -Largest $Largest)) {
        New-ZdmFact -Type 'Zdm.TreeDifference' -Property (@{ Root = $Source.TrimEnd('\'); Target = $Target.TrimEnd('\') } + (ConvertFrom-ZdmTallyLine -Line ([string]$line)))
    }
}
