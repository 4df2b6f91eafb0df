function Set-ZdmDhcpSetting {
    <#
    .SYNOPSIS
        Sets how often the server pings an address before it offers it.
    .DESCRIPTION
        0 switches conflict detection off; each attempt costs a second per offer.
    .PARAMETER ConflictDetectionAttempts
        0 to 5.
    .EXAMPLE
        Set-ZdmDhcpSetting -ConflictDetectionAttempts 2
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmDhcpServer
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateRange(0, 5)]
        [int]$ConflictDetectionAttempts
    )
    $way = Get-ZdmDhcpWay
    if ($way -eq 'none') { Stop-ZdmVerb -Code Precondition -Message 'This host has no DHCP server.' -Target 'DHCPServer' }
    $target = 'ConflictDetectionAttempts'
    $read = {
        if ($way -eq 'module') { return @{ ConflictDetectionAttempts = [int](Get-DhcpServerSetting).ConflictDetectionAttempts } }
        foreach ($line in @(Invoke-ZdmDhcpNetsh -Words 'dump')) {
            if ($line -match '(?i)^\s*dhcp server \S+ set detectconflictretry (\d+)') { return @{ ConflictDetectionAttempts = [int]$Matches[1] } }
        }
        Stop-ZdmVerb -Code NativeExit -Message 'The dump of netsh says nothing about conflict detection.' -Target 'netsh'
    }
    $before = & $read
    $same = $before.ConflictDetectionAttempts -eq $ConflictDetectionAttempts
    if ($same -or -not $PSCmdlet.ShouldProcess($target, "set $ConflictDetectionAttempts")) {
        New-ZdmChange -Verb 'Set-ZdmDhcpSetting' -Target $target -Changed $false -Before $before -After $before
        return
    }
    if ($way -eq 'module') { Set-DhcpServerSetting -ConflictDetectionAttempts $ConflictDetectionAttempts }
    else { $null = Invoke-ZdmDhcpNetsh -Words 'set', 'detectconflictretry', ([string]$ConflictDetectionAttempts) }
    $after = & $read
    if ($after.ConflictDetectionAttempts -ne $ConflictDetectionAttempts) {
        Stop-ZdmVerb -Code VerifyFailed -Message "Conflict detection shows $($after.ConflictDetectionAttempts) attempts after the change; $ConflictDetectionAttempts was wanted." -Target $target
    }
    New-ZdmChange -Verb 'Set-ZdmDhcpSetting' -Target $target -Changed $true -Before $before -After $after
}
