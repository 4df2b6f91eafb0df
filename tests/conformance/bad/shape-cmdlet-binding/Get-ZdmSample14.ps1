function Get-ZdmSample14 {
    <#
    .SYNOPSIS
        Reads things.
    .DESCRIPTION
        All of them.
    .PARAMETER Name
        Which.
    .EXAMPLE
        Get-ZdmSample14 -Name a
    .OUTPUTS
        Zdm.Thing
    .NOTES
        Kind: reader
        Floor: 3.0
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Name
    )
    New-ZdmFact -Type 'Zdm.Thing' -Property @{ Name = $Name }
}
