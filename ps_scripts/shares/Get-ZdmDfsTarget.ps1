function Get-ZdmDfsTarget {
    <#
    .SYNOPSIS
        Reads where folders of a DFS namespace lead.
    .DESCRIPTION
        One object for each target. A folder that is not there gives none.
    .PARAMETER Path
        Folders of a namespace: \\domain\namespace\folder.
    .EXAMPLE
        Get-ZdmDfsTarget -Path \\example.com\files\Data
    .OUTPUTS
        Zdm.DfsTarget
    .NOTES
        Kind: reader
        Floor: 3.0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^\\\\[^\\*?]+\\[^\\*?]+(\\[^\\*?]+)+$')]
        [string[]]$Path
    )
    if (-not (Import-ZdmModule DFSN)) {
        Stop-ZdmVerb -Code Unsupported -Message 'This host has no DFSN module: install the feature RSAT-DFS-Mgmt-Con.' -Target 'DFSN' -Category NotInstalled
    }
    foreach ($folder in $Path) {
        $found = @()
        try { $found = @(Get-DfsnFolderTarget -Path $folder) }
        catch { if ($_.FullyQualifiedErrorId -notlike 'Windows System Error 1168*') { throw } }
        foreach ($target in $found) {
            New-ZdmFact -Type 'Zdm.DfsTarget' -Property @{
                Path       = $folder
                TargetPath = [string]$target.TargetPath
                State      = [string]$target.State
            }
        }
    }
}
