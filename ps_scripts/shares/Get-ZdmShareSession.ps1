function Get-ZdmShareSession {
    <#
    .SYNOPSIS
        Reads who is connected to the shares of this host, and which files are open.
    .DESCRIPTION
        By the SmbShare module one object for each session, with the files that it holds open. By WMI (2008 R2 and older) one for
        each computer, with all its users and how many files they hold open: such a server ends them together.
    .EXAMPLE
        Get-ZdmShareSession
    .OUTPUTS
        Zdm.ShareSession
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    $way = Get-ZdmShareWay
    foreach ($row in @(Get-ZdmShareSessionRow -Way $way)) {
        $own = @{}
        foreach ($field in 'SessionId', 'User', 'Client', 'OpenFiles', 'OpenCount') { $own[$field] = $row[$field] }
        New-ZdmFact -Type 'Zdm.ShareSession' -Property $own
    }
}
