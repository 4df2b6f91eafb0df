function Get-ZdmExchangeLegacyLogon {
    <#
    .SYNOPSIS
        Reads who is logged on to the mailboxes of this Exchange 2003, and with what.
    .DESCRIPTION
        By WMI. A client has several rows. Exchange 2007 is refused: its snap-in tells it in another form. A host without
        either gives nothing.
    .EXAMPLE
        Get-ZdmExchangeLegacyLogon
    .OUTPUTS
        Zdm.ExchangeLegacyLogon
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    $way = Get-ZdmExchangeWay
    if ($way -eq 'none') { return }
    if ($way -eq 'snapin') {
        Stop-ZdmVerb -Code Unsupported -Message 'Who is logged on is read from Exchange 2003 only; this host has Exchange 2007.' -Target 'Exchange_Logon' -Category NotInstalled
    }
    foreach ($logon in @(Get-WmiObject -Namespace 'root\MicrosoftExchangeV2' -Class Exchange_Logon)) {
        if ($null -eq $logon) { continue }
        New-ZdmFact -Type 'Zdm.ExchangeLegacyLogon' -Property @{
            RowId    = [long]$logon.RowID
            Name     = [string]$logon.MailboxDisplayName
            LegacyDn = [string]$logon.MailboxLegacyDN
            Account  = [string]$logon.LoggedOnUserAccount
            Client   = [string]$logon.ClientVersion
            SinceUtc = (ConvertFrom-ZdmDmtf $logon.LogonTime)
        }
    }
}
