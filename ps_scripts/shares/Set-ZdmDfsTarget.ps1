function Set-ZdmDfsTarget {
    <#
    .SYNOPSIS
        Puts one target of a folder of a DFS namespace on or off.
    .DESCRIPTION
        Clients keep what they were told for the time of the referral; whoever is connected stays there until then.
    .PARAMETER Path
        The folder: \\domain\namespace\folder.
    .PARAMETER TargetPath
        The share that it leads to.
    .PARAMETER State
        Online or Offline.
    .EXAMPLE
        Set-ZdmDfsTarget -Path \\example.com\files\Data -TargetPath \\NEW\Data -State Online
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 3.0
        Reader: Get-ZdmDfsTarget
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^\\\\[^\\*?]+\\[^\\*?]+(\\[^\\*?]+)+$')]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [ValidatePattern('^\\\\[^\\*?]+(\\[^\\*?]+)+$')]
        [string]$TargetPath,

        [Parameter(Mandatory = $true)]
        [ValidateSet('Online', 'Offline')]
        [string]$State
    )
    if (-not (Import-ZdmModule DFSN)) {
        Stop-ZdmVerb -Code Unsupported -Message 'This host has no DFSN module: install the feature RSAT-DFS-Mgmt-Con.' -Target 'DFSN' -Category NotInstalled
    }
    $read = {
        $found = @()
        try { $found = @(Get-DfsnFolderTarget -Path $Path | Where-Object { $_.TargetPath -eq $TargetPath }) }
        catch { if ($_.FullyQualifiedErrorId -notlike 'Windows System Error 1168*') { throw } }
        if ($found.Count -eq 0) {
            Stop-ZdmVerb -Code NotFound -Message "$Path has no target $TargetPath." -Target $Path -Category ObjectNotFound
        }
        @{ State = [string]$found[0].State }
    }
    $before = & $read
    if ($before.State -ne $State -and $PSCmdlet.ShouldProcess($Path, "$TargetPath $State")) {
        $null = Set-DfsnFolderTarget -Path $Path -TargetPath $TargetPath -State $State
        $after = & $read
        if ($after.State -ne $State) {
            Stop-ZdmVerb -Code VerifyFailed -Message "$TargetPath is $($after.State) after the change; $State was wanted." -Target $Path
        }
        New-ZdmChange -Verb 'Set-ZdmDfsTarget' -Target $Path -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'Set-ZdmDfsTarget' -Target $Path -Changed $false -Before $before -After $before
}
