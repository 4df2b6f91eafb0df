function Get-ZdmSample28 {
    <#
    .SYNOPSIS
        Reads things.
    .DESCRIPTION
        All of them.
    .PARAMETER Name
        Which.
    .EXAMPLE
        Get-ZdmSample28 -Name a
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
    [void]$list.Add($Name)
    $null = $list.Add($Name)
    New-ZdmFact -Type 'Zdm.Thing' -Property @{ Name = $Name }
}
