function Get-ZdmShareSession {
    <#
    .SYNOPSIS
        Reads who is connected to the shares of this host, and which files are open.
    .DESCRIPTION
        One object for each session, with the files that it holds open.
    .EXAMPLE
        Get-ZdmShareSession
    .OUTPUTS
        Zdm.ShareSession
    .NOTES
        Kind: reader
        Floor: 3.0
    #>
    [CmdletBinding()]
    param()
    if (-not (Import-ZdmModule SmbShare)) {
        Stop-ZdmVerb -Code Unsupported -Message 'This host has no SmbShare module (it came with Windows Server 2012).' -Target 'SmbShare' -Category NotInstalled
    }
    $files = @(Get-SmbOpenFile | Where-Object { $null -ne $_ })
    foreach ($session in @(Get-SmbSession)) {
        if ($null -eq $session) { continue }
        $own = @($files | Where-Object { [string]$_.SessionId -eq [string]$session.SessionId } | ForEach-Object { [string]$_.Path })
        New-ZdmFact -Type 'Zdm.ShareSession' -Property @{
            SessionId = [string]$session.SessionId
            User      = [string]$session.ClientUserName
            Client    = [string]$session.ClientComputerName
            OpenFiles = [string[]]$own
        }
    }
}
