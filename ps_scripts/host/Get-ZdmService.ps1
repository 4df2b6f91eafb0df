function Get-ZdmService {
    <#
    .SYNOPSIS
        Reads Windows services with state, start mode and account.
    .DESCRIPTION
        Asks WMI, which gives the start mode on every release; Get-Service does so only from Windows PowerShell 5.0 on.
        A name that does not exist gives no object.
    .PARAMETER Name
        Service names, not display names. None: all services.
    .EXAMPLE
        Get-ZdmService -Name DHCPServer, DNS
    .OUTPUTS
        Zdm.Service
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $false)]
        [string[]]$Name = @()
    )
    foreach ($service in @(Get-WmiObject -Class Win32_Service)) {
        if ($Name.Count -gt 0 -and $Name -notcontains $service.Name) { continue }
        New-ZdmFact -Type 'Zdm.Service' -Property @{
            Name        = [string]$service.Name
            DisplayName = [string]$service.DisplayName
            State       = [string]$service.State
            StartMode   = [string]$service.StartMode
            StartName   = $service.StartName
        }
    }
}
