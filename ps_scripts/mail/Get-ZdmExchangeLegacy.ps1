function Get-ZdmExchangeLegacy {
    <#
    .SYNOPSIS
        Reads which Exchange 2003 or 2007 this host is, and how it is.
    .DESCRIPTION
        Exchange 2003 by WMI, with the state that its own monitoring gives; Exchange 2007 by its snap-in, which tells of no
        state. A host with neither gives nothing: Exchange 2010 and later are asked at their own endpoint.
    .EXAMPLE
        Get-ZdmExchangeLegacy
    .OUTPUTS
        Zdm.ExchangeLegacy
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    $way = Get-ZdmExchangeWay
    if ($way -eq 'none') { return }
    $own = [string]$env:COMPUTERNAME
    if ($way -eq 'wmi') {
        foreach ($server in @(Get-WmiObject -Namespace 'root\MicrosoftExchangeV2' -Class Exchange_Server)) {
            if ($null -eq $server -or [string]$server.Name -ne $own) { continue }
            $state = Get-WmiObject -Namespace 'root\CIMV2\Applications\Exchange' -Class ExchangeServerState | Where-Object { $null -ne $_ -and $_.Name -eq $own }
            $words = @('Unknown', 'OK', 'Warning', 'Error')
            $bad = @()
            $told = 'Unknown'
            if ($null -ne $state) {
                $told = $words[[int]$state.ServerState]
                foreach ($part in @('CPU', 'Disks', 'Memory', 'Queues', 'Services')) {
                    if ([int]$state.($part + 'State') -gt 1) { $bad += $part }
                }
            }
            New-ZdmFact -Type 'Zdm.ExchangeLegacy' -Property @{
                Name     = [string]$server.Name
                Build    = [string]$server.ExchangeVersion
                FrontEnd = [bool]$server.IsFrontEndServer
                State    = $told
                Bad      = [string[]]@($bad)
            }
        }
        return
    }
    $server = Get-ExchangeServer -Identity $own
    New-ZdmFact -Type 'Zdm.ExchangeLegacy' -Property @{
        Name     = [string]$server.Name
        Build    = [string]$server.AdminDisplayVersion
        FrontEnd = [bool]([string]$server.ServerRole -notmatch 'Mailbox')
        State    = $null
        Bad      = [string[]]@()
    }
}
