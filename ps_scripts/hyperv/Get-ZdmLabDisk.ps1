function Get-ZdmLabDisk {
    <#
    .SYNOPSIS
        Reads virtual hard disks by their paths.
    .DESCRIPTION
        Made says that this tool made exactly this disk: a folder beside it bears its identifier. A path without a disk is told as not there.
    .PARAMETER Path
        Full paths of the disks.
    .EXAMPLE
        Get-ZdmLabDisk -Path D:\Lab\OLD.vhdx
    .OUTPUTS
        Zdm.LabDisk
    .NOTES
        Kind: reader
        Floor: 5.1
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string[]]$Path
    )
    if (-not (Import-ZdmModule Hyper-V)) { return }
    foreach ($one in $Path) {
        $state = Get-ZdmVhdState -Path $one
        New-ZdmFact -Type 'Zdm.LabDisk' -Property @{
            Path       = $one
            Exists     = $state.Exists
            Kind       = $state.Kind
            SizeBytes  = $state.SizeBytes
            ParentPath = $state.ParentPath
            Identifier = $state.Identifier
            Made       = $state.Made
            Marked     = $state.Marked
        }
    }
}
