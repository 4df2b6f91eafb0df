function Get-ZdmSample43 {
    <#
    .SYNOPSIS
        Reads things.
    .DESCRIPTION
        All of them.
    .PARAMETER Name
        Which.
    .EXAMPLE
        Get-ZdmSample43 -Name a
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
    $lines = Invoke-ZdmDhcpNetsh -Words 'scope', $Name, 'show', 'clients', '1'
    $null = $lines
    New-ZdmFact -Type 'Zdm.Thing' -Property @{ Name = $Name }
}
