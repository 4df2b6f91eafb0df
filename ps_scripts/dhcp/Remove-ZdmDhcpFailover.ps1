function Remove-ZdmDhcpFailover {
    <#
    .SYNOPSIS
        Ends a failover relationship from the host that keeps the scopes.
    .DESCRIPTION
        The scopes stay on the host this runs on and are removed from the partner.
    .PARAMETER Name
        Name of the relationship.
    .EXAMPLE
        Remove-ZdmDhcpFailover -Name cutover
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 3.0
        Reader: Get-ZdmDhcpFailover
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Name
    )
    if ((Get-ZdmDhcpWay) -ne 'module') { Stop-ZdmVerb -Code Unsupported -Message 'This needs the DhcpServer module of Windows Server 2012 or later.' -Target 'DhcpServer' }
    $read = {
        $found = @(Get-DhcpServerv4Failover | Where-Object { [string]$_.Name -eq $Name })
        if ($found.Count -eq 0) { return @{ PartnerServer = $null } }
        @{ PartnerServer = [string]$found[0].PartnerServer }
    }
    $before = & $read
    if ($null -eq $before.PartnerServer -or -not $PSCmdlet.ShouldProcess($Name, 'end the failover relationship')) {
        New-ZdmChange -Verb 'Remove-ZdmDhcpFailover' -Target $Name -Changed $false -Before $before -After $before
        return
    }
    Remove-DhcpServerv4Failover -Name $Name -Force
    $after = & $read
    if ($null -ne $after.PartnerServer) {
        Stop-ZdmVerb -Code VerifyFailed -Message "The relationship '$Name' is still there after the change." -Target $Name
    }
    New-ZdmChange -Verb 'Remove-ZdmDhcpFailover' -Target $Name -Changed $true -Before $before -After $after
}
