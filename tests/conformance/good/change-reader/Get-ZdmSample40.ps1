function Get-ZdmSample40 {
    <#
    .SYNOPSIS
        Reads things.
    .DESCRIPTION
        All of them.
    .PARAMETER Name
        Which.
    .EXAMPLE
        Get-ZdmSample40 -Name a
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
    $run = Invoke-ZdmNative -FilePath 'reg.exe' -ArgumentList 'query', 'HKLM\SOFTWARE'
    $lines = @(Invoke-ZdmDnscmd -Words '/EnumZones')
    $null = $run, $lines
    New-ZdmFact -Type 'Zdm.Thing' -Property @{ Name = $Name }
}
