function Get-ZdmShare {
    <#
    .SYNOPSIS
        Reads the shares of this host that people use, with their permissions.
    .DESCRIPTION
        By the SmbShare module, or by WMI (2008 R2 and older), which does not tell what clients keep copies of, whether people
        see what they may not open, and encryption. Administrative shares are left out. The permissions come as a security
        descriptor in text form, which is the same in every language; it is empty where WMI keeps none for a share.
    .EXAMPLE
        Get-ZdmShare
    .OUTPUTS
        Zdm.Share
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    $way = Get-ZdmShareWay
    foreach ($row in @(Get-ZdmShareRow -Way $way)) {
        New-ZdmFact -Type 'Zdm.Share' -Property $row
    }
}
