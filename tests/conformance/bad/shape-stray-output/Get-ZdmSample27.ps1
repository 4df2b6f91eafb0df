function Get-ZdmSample27 {
    <#
    .SYNOPSIS
        Reads things.
    .DESCRIPTION
        All of them.
    .PARAMETER Name
        Which.
    .EXAMPLE
        Get-ZdmSample27 -Name a
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
    $list = New-Object -TypeName System.Collections.ArrayList
    $list.Add($Name)
    New-ZdmFact -Type 'Zdm.Thing' -Property @{ Name = $Name }
}
