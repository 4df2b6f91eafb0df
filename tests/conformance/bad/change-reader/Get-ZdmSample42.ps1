function Get-ZdmSample42 {
    <#
    .SYNOPSIS
        Reads things.
    .DESCRIPTION
        All of them.
    .PARAMETER Name
        Which.
    .EXAMPLE
        Get-ZdmSample42 -Name a
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
    $null = Invoke-ZdmDhcpNetsh -Words 'scope', $Name, 'set', 'state', 'show'
    New-ZdmFact -Type 'Zdm.Thing' -Property @{ Name = $Name }
}
