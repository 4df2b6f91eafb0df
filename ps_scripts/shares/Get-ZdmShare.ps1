function Get-ZdmShare {
    <#
    .SYNOPSIS
        Reads the shares of this host that people use, with their permissions.
    .DESCRIPTION
        Administrative shares are left out. The permissions come as a security descriptor in text form, which is the same in
        every language.
    .EXAMPLE
        Get-ZdmShare
    .OUTPUTS
        Zdm.Share
    .NOTES
        Kind: reader
        Floor: 3.0
    #>
    [CmdletBinding()]
    param()
    if (-not (Import-ZdmModule SmbShare)) {
        Stop-ZdmVerb -Code Unsupported -Message 'This host has no SmbShare module (it came with Windows Server 2012).' -Target 'SmbShare' -Category NotInstalled
    }
    foreach ($share in @(Get-SmbShare)) {
        if ($null -eq $share -or $share.Special) { continue }
        New-ZdmFact -Type 'Zdm.Share' -Property @{
            Name            = [string]$share.Name
            Path            = [string]$share.Path
            Description     = [string]$share.Description
            CachingMode     = [string]$share.CachingMode
            EnumerationMode = [string]$share.FolderEnumerationMode
            UserLimit       = [long]$share.ConcurrentUserLimit
            EncryptData     = [bool]$share.EncryptData
            Sddl            = [string]$share.SecurityDescriptor
        }
    }
}
