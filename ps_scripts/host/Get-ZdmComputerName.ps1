function Get-ZdmComputerName {
    <#
    .SYNOPSIS
        Reads what a computer calls itself, and what it will from its next restart on.
    .DESCRIPTION
        By the registry, the same on every release.
    .EXAMPLE
        Get-ZdmComputerName
    .OUTPUTS
        Zdm.ComputerName
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    $names = Get-ZdmComputerNameRow
    New-ZdmFact -Type 'Zdm.ComputerName' -Property @{ Active = $names.Active; Coming = $names.Coming }
}
