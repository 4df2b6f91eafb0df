function Set-ZdmDhcpLeaseDuration {
    <#
    .SYNOPSIS
        Sets the lease time of a scope.
    .DESCRIPTION
        Clients learn it at their next renewal. Unlimited leases are not set by this verb.
    .PARAMETER ScopeId
        The scope's id, such as 192.168.16.0.
    .PARAMETER LeaseSeconds
        Lease time in seconds, at least 60.
    .EXAMPLE
        Set-ZdmDhcpLeaseDuration -ScopeId 192.168.16.0 -LeaseSeconds 3600
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
        [ValidateRange(60, 2147483647)]
        [int]$LeaseSeconds
    )
    $way = Get-ZdmDhcpWay
    if ($way -eq 'none') { Stop-ZdmVerb -Code Precondition -Message 'This host has no DHCP server.' -Target 'DHCPServer' }
    $read = {
        if ($way -eq 'module') {
            $scope = @(Get-DhcpServerv4Scope | Where-Object { [string]$_.ScopeId -eq $ScopeId })
            if ($scope.Count -eq 0) { Stop-ZdmVerb -Code NotFound -Message "There is no scope $ScopeId." -Target $ScopeId -Category ObjectNotFound }
            $seconds = -1
            if ($scope[0].LeaseDuration -lt [timespan]::MaxValue) { $seconds = [int]$scope[0].LeaseDuration.TotalSeconds }
            return @{ LeaseSeconds = $seconds }
        }
        $pattern = '(?i)^\s*dhcp server \S+ scope ' + [regex]::Escape($ScopeId) + ' set optionvalue 51 DWORD "(\d+)"'
        foreach ($line in @(Invoke-ZdmDhcpNetsh -Words 'dump')) {
            if ($line -match $pattern) {
                $seconds = -1
                if ([long]$Matches[1] -lt 4294967295) { $seconds = [int]$Matches[1] }
                return @{ LeaseSeconds = $seconds }
            }
        }
        Stop-ZdmVerb -Code NotFound -Message "There is no scope $ScopeId." -Target $ScopeId -Category ObjectNotFound
    }
    $before = & $read
    if ($before.LeaseSeconds -eq $LeaseSeconds -or -not $PSCmdlet.ShouldProcess($ScopeId, "set lease time $LeaseSeconds s")) {
        New-ZdmChange -Verb 'Set-ZdmDhcpLeaseDuration' -Target $ScopeId -Changed $false -Before $before -After $before
        return
    }
    if ($way -eq 'module') { Set-DhcpServerv4Scope -ScopeId $ScopeId -LeaseDuration ([timespan]::FromSeconds($LeaseSeconds)) }
    else { $null = Invoke-ZdmDhcpNetsh -Words 'scope', $ScopeId, 'set', 'optionvalue', '51', 'DWORD', ([string]$LeaseSeconds) }
    $after = & $read
    if ($after.LeaseSeconds -ne $LeaseSeconds) {
        Stop-ZdmVerb -Code VerifyFailed -Message "Scope $ScopeId shows $($after.LeaseSeconds) s after the change; $LeaseSeconds s was wanted." -Target $ScopeId
    }
    New-ZdmChange -Verb 'Set-ZdmDhcpLeaseDuration' -Target $ScopeId -Changed $true -Before $before -After $after
}
