function Get-ZdmSample5 {
    <#
    .SYNOPSIS
        Reads things.
    .DESCRIPTION
        All of them.
    .EXAMPLE
        Get-ZdmSample5 -Name a
    .OUTPUTS
        Zdm.Thing
    .NOTES
        Kind: reader
        Floor: 3.0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Name
    )
    New-ZdmFact -Type 'Zdm.Thing' -Property @{ Name = $Name }
}
