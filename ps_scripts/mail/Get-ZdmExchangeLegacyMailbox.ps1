function Get-ZdmExchangeLegacyMailbox {
    <#
    .SYNOPSIS
        Reads the mailboxes in the stores of this Exchange 2003 or 2007: whose, where, how large, when used last.
    .DESCRIPTION
        Exchange 2003 by WMI, Exchange 2007 by Get-MailboxStatistics of its snap-in. The server's own mailboxes are among them
        and say so; a mailbox whose user is gone says that it is disconnected. Sizes are bytes. A host with neither gives
        nothing.
    .EXAMPLE
        Get-ZdmExchangeLegacyMailbox
    .OUTPUTS
        Zdm.ExchangeLegacyMailbox
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    $way = Get-ZdmExchangeWay
    if ($way -eq 'none') { return }
    $rows = @()
    if ($way -eq 'wmi') {
        foreach ($box in @(Get-WmiObject -Namespace 'root\MicrosoftExchangeV2' -Class Exchange_Mailbox)) {
            if ($null -eq $box) { continue }
            $rows += @{
                Guid         = [string]$box.MailboxGUID
                Name         = [string]$box.MailboxDisplayName
                LegacyDn     = [string]$box.LegacyDN
                Database     = ([string]$box.ServerName + '\' + [string]$box.StorageGroupName + '\' + [string]$box.StoreName)
                Bytes        = [long]$box.Size * 1024
                Items        = [long]$box.TotalItems
                Account      = [string]$box.LastLoggedOnUserAccount
                LastLogonUtc = (ConvertFrom-ZdmDmtf $box.LastLogonTime)
                Disconnected = [bool]($null -ne $box.DateDiscoveredAbsentInDS)
            }
        }
    }
    else {
        $units = @{ 'B' = 1; 'KB' = 1024; 'MB' = 1048576; 'GB' = 1073741824 }
        foreach ($box in @(Get-MailboxStatistics -Server ([string]$env:COMPUTERNAME))) {
            if ($null -eq $box) { continue }
            $size = [string]$box.TotalItemSize
            if ($size -notmatch '^([0-9]+)(B|KB|MB|GB)$') {
                Stop-ZdmVerb -Code Unsupported -Message "The size $size is in no form that Exchange 2007 is known to write." -Target ([string]$box.DisplayName)
            }
            $bytes = [long]$Matches[1] * [long]$units[[string]$Matches[2]]
            $rows += @{
                Guid         = [string]$box.MailboxGuid
                Name         = [string]$box.DisplayName
                LegacyDn     = [string]$box.LegacyDN
                Database     = [string]$box.Database
                Bytes        = $bytes
                Items        = [long]$box.ItemCount
                Account      = [string]$box.LastLoggedOnUserAccount
                LastLogonUtc = (ConvertTo-ZdmUtc $box.LastLogonTime)
                Disconnected = [bool]($null -ne $box.DisconnectDate)
            }
        }
    }
    foreach ($row in $rows) {
        $row['Guid'] = ([string]$row['Guid']).Trim('{', '}').ToLowerInvariant()
        $row['System'] = [bool]([string]$row['LegacyDn'] -match 'CN=CONFIGURATION/|SYSTEMMAILBOX')
        New-ZdmFact -Type 'Zdm.ExchangeLegacyMailbox' -Property $row
    }
}
