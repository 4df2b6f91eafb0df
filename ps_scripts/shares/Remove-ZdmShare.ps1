function Remove-ZdmShare {
    <#
    .SYNOPSIS
        Ends a share. Its folder and files stay where they are.
    .DESCRIPTION
        What was read before is in the change record: New-ZdmShare with it makes the share again.
    .PARAMETER Name
        The name of the share.
    .EXAMPLE
        Remove-ZdmShare -Name Data
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
        [string]$Name
    )
    $way = Get-ZdmShareWay
    $before = Get-ZdmShareState -Way $way -Name $Name
    if ($before.Exists -and $PSCmdlet.ShouldProcess($Name, 'remove the share')) {
        if ($way -eq 'module') { Remove-SmbShare -Name $Name -Force }
        else { Remove-ZdmShareByWmi -Name $Name }
        $after = Get-ZdmShareState -Way $way -Name $Name
        if ($after.Exists) { Stop-ZdmVerb -Code VerifyFailed -Message "The share '$Name' is still there." -Target $Name }
        New-ZdmChange -Verb 'Remove-ZdmShare' -Target $Name -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'Remove-ZdmShare' -Target $Name -Changed $false -Before $before -After $before
}
