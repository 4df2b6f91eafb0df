function Get-ZdmRemoting {
    <#
    .SYNOPSIS
        Reads how a computer takes remote administration: the WinRM service, its listeners, and the firewall's rules for it.
    .DESCRIPTION
        A rule is a text: its name, on or off, and whom it lets in. Listeners are only told by a service that runs.
    .EXAMPLE
        Get-ZdmRemoting
    .OUTPUTS
        Zdm.Remoting
    .NOTES
        Kind: reader
        Floor: 5.1
    #>
    [CmdletBinding()]
    param()
    New-ZdmFact -Type 'Zdm.Remoting' -Property (Get-ZdmRemotingRow)
}
