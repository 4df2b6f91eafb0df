function Get-ZdmSample39 {
    <#
    .SYNOPSIS
        Reads things.
    .DESCRIPTION
        All of them.
    .PARAMETER Name
        Which.
    .EXAMPLE
        Get-ZdmSample39 -Name a
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
    $null = Get-ZdmService -Name $Name
    New-ZdmFact -Type 'Zdm.Thing' -Property @{ Name = $Name }
}
