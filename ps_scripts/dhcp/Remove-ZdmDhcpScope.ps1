function Remove-ZdmDhcpScope {
    <#
    .SYNOPSIS
        Removes a scope that leases nothing any more.
    .DESCRIPTION
        Refuses an active scope. Its configuration goes with it: export the server first.
    .PARAMETER ScopeId
        The scope's id, such as 192.168.16.0.
    .EXAMPLE
        Remove-ZdmDhcpScope -ScopeId 192.168.16.0
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 3.0
        Reader: Get-ZdmDhcpScope
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^\d+\.\d+\.\d+\.\d+$')]
        [string]$ScopeId
    )
    if ((Get-ZdmDhcpWay) -ne 'module') { Stop-ZdmVerb -Code Unsupported -Message 'This needs the DhcpServer module of Windows Server 2012 or later.' -Target 'DhcpServer' }
    $read = {
        $found = @(Get-DhcpServerv4Scope | Where-Object { [string]$_.ScopeId -eq $ScopeId })
        if ($found.Count -eq 0) { return @{ State = $null } }
        @{ State = [string]$found[0].State }
    }
    $before = & $read
    if ($before.State -eq 'Active') {
        Stop-ZdmVerb -Code Precondition -Message "Scope $ScopeId is active; make it inactive first." -Target $ScopeId
    }
    if ($null -eq $before.State -or -not $PSCmdlet.ShouldProcess($ScopeId, 'remove the scope')) {
        New-ZdmChange -Verb 'Remove-ZdmDhcpScope' -Target $ScopeId -Changed $false -Before $before -After $before
        return
    }
    Remove-DhcpServerv4Scope -ScopeId $ScopeId -Force
    $after = & $read
    if ($null -ne $after.State) {
        Stop-ZdmVerb -Code VerifyFailed -Message "Scope $ScopeId is still there after the change." -Target $ScopeId
    }
    New-ZdmChange -Verb 'Remove-ZdmDhcpScope' -Target $ScopeId -Changed $true -Before $before -After $after
}
