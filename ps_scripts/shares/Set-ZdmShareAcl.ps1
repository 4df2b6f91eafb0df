function Set-ZdmShareAcl {
    <#
    .SYNOPSIS
        Sets the permissions of a share to exactly those given.
    .DESCRIPTION
        The freeze of a share is this with every right lowered to Read, and taking the freeze back is this with what was
        read before. Files keep their own permissions. By the SmbShare module, or by WMI (2008 R2 and older), whose one method
        sets limit and description too: they are given as they are, and looked at afterwards.
    .PARAMETER Name
        The name of the share.
    .PARAMETER Sddl
        The permissions of the share as a security descriptor in text form.
    .EXAMPLE
        Set-ZdmShareAcl -Name Data -Sddl 'O:SYG:SYD:(A;;0x1200a9;;;WD)'
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmShare
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[^\x00-\x1f\\/:*?"<>|\[\]+=;,]{1,80}$')]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [ValidatePattern('^O:[A-Za-z0-9-]+G:[A-Za-z0-9-]+D:[A-Z]*(\([AD];[A-Z]*;[A-Za-z0-9]+;;;[A-Za-z0-9-]+\))*$')]
        [string]$Sddl
    )
    $way = Get-ZdmShareWay
    $before = Get-ZdmShareState -Way $way -Name $Name
    if (-not $before.Exists) {
        Stop-ZdmVerb -Code NotFound -Message "This host has no share '$Name'." -Target $Name -Category ObjectNotFound
    }
    $wanted = Resolve-ZdmShareSddl -Way $way -Name $Name -Sddl $Sddl
    if ($before.Sddl -ne $wanted -and $PSCmdlet.ShouldProcess($Name, "set permissions $Sddl")) {
        if ($way -eq 'module') { Set-SmbShare -Name $Name -SecurityDescriptor $wanted -Force }
        else { Set-ZdmShareByWmi -Name $Name -Sddl $wanted }
        $after = Get-ZdmShareState -Way $way -Name $Name
        if ($after.Sddl -ne $wanted) {
            Stop-ZdmVerb -Code VerifyFailed -Message "The share '$Name' has other permissions than those that were set." -Target $Name
        }
        foreach ($field in 'Path', 'Description', 'UserLimit') {
            if ($after[$field] -ne $before[$field]) {
                Stop-ZdmVerb -Code VerifyFailed -Message "The share '$Name' has another $field than before its permissions were set." -Target $Name
            }
        }
        New-ZdmChange -Verb 'Set-ZdmShareAcl' -Target $Name -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'Set-ZdmShareAcl' -Target $Name -Changed $false -Before $before -After $before
}
