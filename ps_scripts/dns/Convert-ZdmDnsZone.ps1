function Convert-ZdmDnsZone {
    <#
    .SYNOPSIS
        Moves a primary zone from its file into the directory.
    .DESCRIPTION
        Only on a domain controller. The zone file stays in the DNS folder. A zone that is in the directory with another scope is
        refused. By the DnsServer module, or by dnscmd on 2008 R2 and older.
    .PARAMETER Zone
        The zone.
    .PARAMETER ReplicationScope
        Domain: all DNS servers of the domain; Forest: of the forest; Legacy: all domain controllers.
    .EXAMPLE
        Convert-ZdmDnsZone -Zone legacy.example.local -ReplicationScope Domain
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmDnsZone
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Zone,

        [Parameter(Mandatory = $true)]
        [ValidateSet('Domain', 'Forest', 'Legacy')]
        [string]$ReplicationScope
    )
    $way = Get-ZdmDnsServerWay
    $read = {
        $rows = @(Get-ZdmDnsZoneRow -Way $way -Name $Zone)
        if ($rows.Count -eq 0) {
            Stop-ZdmVerb -Code NotFound -Message "This server has no zone '$Zone'." -Target $Zone -Category ObjectNotFound
        }
        if ($rows[0].ZoneType -ne 'Primary' -or $rows[0].IsAutoCreated) {
            Stop-ZdmVerb -Code Precondition -Message "Only a primary zone that a person made is moved; '$Zone' is none." -Target $Zone
        }
        @{ IsDsIntegrated = $rows[0].IsDsIntegrated; ReplicationScope = $rows[0].ReplicationScope; ZoneFile = $rows[0].ZoneFile }
    }
    $before = & $read
    if ($before.IsDsIntegrated -and $before.ReplicationScope -ne $ReplicationScope) {
        Stop-ZdmVerb -Code Precondition -Message "'$Zone' is in the directory with scope $($before.ReplicationScope); this verb does not move it." -Target $Zone
    }
    if ($before.IsDsIntegrated -or -not $PSCmdlet.ShouldProcess($Zone, "move into the directory, scope $ReplicationScope")) {
        New-ZdmChange -Verb 'Convert-ZdmDnsZone' -Target $Zone -Changed $false -Before $before -After $before
        return
    }
    if ($way -eq 'module') {
        $move = @{ Name = $Zone; ReplicationScope = $ReplicationScope; Force = $true }
        ConvertTo-DnsServerPrimaryZone @move
        $after = & $read
    }
    else {
        $null = Invoke-ZdmDnscmd -Words '/ZoneResetType', $Zone, '/DsPrimary'
        $after = & $read
        if ($after.ReplicationScope -ne $ReplicationScope) {
            $null = Invoke-ZdmDnscmd -Words '/ZoneChangeDirectoryPartition', $Zone, ('/' + $ReplicationScope.ToLowerInvariant())
            $after = & $read
        }
    }
    if (-not $after.IsDsIntegrated -or $after.ReplicationScope -ne $ReplicationScope) {
        Stop-ZdmVerb -Code VerifyFailed -Message "'$Zone' has scope '$($after.ReplicationScope)' after the change; $ReplicationScope was wanted." -Target $Zone
    }
    New-ZdmChange -Verb 'Convert-ZdmDnsZone' -Target $Zone -Changed $true -Before $before -After $after
}
