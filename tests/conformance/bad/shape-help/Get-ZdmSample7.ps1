function Get-ZdmSample7 {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Name
    )
    New-ZdmFact -Type 'Zdm.Thing' -Property @{ Name = $Name }
}
