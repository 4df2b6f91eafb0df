function Set-ZdmDhcpScopeState {
    <#
    .SYNOPSIS
        Makes a scope active or inactive.
    .DESCRIPTION
        An inactive scope keeps its configuration and its leases and answers nobody.
    .PARAMETER ScopeId
        The scope's id, such as 192.168.16.0.
    .PARAMETER State
        Active or Inactive.
    .EXAMPLE
        Set-ZdmDhcpScopeState -ScopeId 192.168.16.0 -State Inactive
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmDhcpScope
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^\d+\.\d+\.\d+\.\d+$')]
        [string]$ScopeId,

        [Parameter(Mandatory = $true)]
        [ValidateSet('Active', 'Inactive')]
        [string]$State
    )
    $way = Get-ZdmDhcpWay
    if ($way -eq 'none') { Stop-ZdmVerb -Code Precondition -Message 'This host has no DHCP server.' -Target 'DHCPServer' }
    $read = {
        if ($way -eq 'module') {
            $scope = @(Get-DhcpServerv4Scope | Where-Object { [string]$_.ScopeId -eq $ScopeId })
            if ($scope.Count -eq 0) { Stop-ZdmVerb -Code NotFound -Message "There is no scope $ScopeId." -Target $ScopeId -Category ObjectNotFound }
            $state = 'Inactive'
            if ([string]$scope[0].State -eq 'Active') { $state = 'Active' }
            return @{ State = $state }
        }
        $pattern = '(?i)^\s*dhcp server \S+ scope ' + [regex]::Escape($ScopeId) + ' set state (\d)'
        foreach ($line in @(Invoke-ZdmDhcpNetsh -Words 'dump')) {
            if ($line -match $pattern) {
                $state = 'Inactive'
                if ('1', '3' -contains $Matches[1]) { $state = 'Active' }
                return @{ State = $state }
            }
        }
        Stop-ZdmVerb -Code NotFound -Message "There is no scope $ScopeId." -Target $ScopeId -Category ObjectNotFound
    }
    $before = & $read
    if ($before.State -eq $State -or -not $PSCmdlet.ShouldProcess($ScopeId, "set state $State")) {
        New-ZdmChange -Verb 'Set-ZdmDhcpScopeState' -Target $ScopeId -Changed $false -Before $before -After $before
        return
    }
    if ($way -eq 'module') { Set-DhcpServerv4Scope -ScopeId $ScopeId -State $State }
    else {
        $number = '0'
        if ($State -eq 'Active') { $number = '1' }
        $null = Invoke-ZdmDhcpNetsh -Words 'scope', $ScopeId, 'set', 'state', $number
    }
    $after = & $read
    if ($after.State -ne $State) {
        Stop-ZdmVerb -Code VerifyFailed -Message "Scope $ScopeId is $($after.State) after the change; $State was wanted." -Target $ScopeId
    }
    New-ZdmChange -Verb 'Set-ZdmDhcpScopeState' -Target $ScopeId -Changed $true -Before $before -After $after
}
