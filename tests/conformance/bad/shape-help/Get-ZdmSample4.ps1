function Get-ZdmSample4 {
    <#
    .SYNOPSIS
        Reads things.
    .PARAMETER Name
        Which.
    .EXAMPLE
        Get-ZdmSample4 -Name a
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
