function Get-ZdmSample10 {
    <#
    .SYNOPSIS
        Reads things.
    .DESCRIPTION
        All of them.
    .PARAMETER Name
        Which.
    .EXAMPLE
        Get-ZdmSample10 -Name a
    .OUTPUTS
        Zdm.Thing
    .NOTES
        Kind: reader
        Floor: 3.0
        Reader: Get-ZdmService
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Name
    )
    New-ZdmFact -Type 'Zdm.Thing' -Property @{ Name = $Name }
}
