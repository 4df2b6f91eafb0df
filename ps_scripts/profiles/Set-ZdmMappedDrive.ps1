function Set-ZdmMappedDrive {
    <#
    .SYNOPSIS
        Sets, changes or takes away a network drive of a user that comes back at his logon.
    .DESCRIPTION
        Written into the registry of a user who is logged off; it is loaded for the moment and unloaded again. The drive appears
        when he logs on next.
    .PARAMETER Sid
        Whose drive.
    .PARAMETER Letter
        Its letter.
    .PARAMETER RemotePath
        The folder of a share it leads to; empty takes the drive away.
    .EXAMPLE
        Set-ZdmMappedDrive -Sid S-1-5-21-1004336348-1177238915-682003330-1105 -Letter H -RemotePath \\NEW\home
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmProfilePiece
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^S-1-(5-21|12-1)(-[0-9]{1,10}){4}$')]
        [string]$Sid,

        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[D-Zd-z]$')]
        [string]$Letter,

        [Parameter(Mandatory = $true)]
        [AllowEmptyString()]
        [ValidatePattern('^(\\\\[^\\/:*?"<>|]+(\\[^\\/:*?"<>|]+)+)?$')]
        [string]$RemotePath
    )
    $drive = $Letter.ToUpperInvariant()
    $user = Get-ZdmProfileRow -Sid $Sid
    $hive = Open-ZdmHive -Sid $Sid -Path ([string]$user.LocalPath).TrimEnd('\') -Loaded $false
    try {
        $key = $hive.Root + '\Network\' + $drive
        $read = {
            $state = @{ Letter = $drive; RemotePath = '' }
            foreach ($one in @(Get-ZdmHiveValue -Root $hive.Root -Key ('Network\' + $drive))) {
                if ($one['Name'] -eq 'RemotePath' -and $one['Key'] -eq '') { $state.RemotePath = $one['Data'] }
            }
            $state
        }
        $before = & $read
        if ($before.RemotePath -ne $RemotePath -and $PSCmdlet.ShouldProcess($drive, 'set the network drive')) {
            if ($RemotePath -eq '') { Invoke-ZdmHiveChange -Word 'delete', $key, '/f' }
            else {
                Invoke-ZdmHiveChange -Word 'add', $key, '/v', 'RemotePath', '/t', 'REG_SZ', '/d', $RemotePath, '/f'
                Invoke-ZdmHiveChange -Word 'add', $key, '/v', 'ProviderName', '/t', 'REG_SZ', '/d', 'Microsoft Windows Network', '/f'
                Invoke-ZdmHiveChange -Word 'add', $key, '/v', 'ProviderType', '/t', 'REG_DWORD', '/d', '131072', '/f'
                Invoke-ZdmHiveChange -Word 'add', $key, '/v', 'ConnectionType', '/t', 'REG_DWORD', '/d', '1', '/f'
                Invoke-ZdmHiveChange -Word 'add', $key, '/v', 'DeferFlags', '/t', 'REG_DWORD', '/d', '4', '/f'
                Invoke-ZdmHiveChange -Word 'add', $key, '/v', 'UserName', '/t', 'REG_DWORD', '/d', '0', '/f'
            }
            $after = & $read
            if ($after.RemotePath -ne $RemotePath) {
                Stop-ZdmVerb -Code VerifyFailed -Message "The drive $drive shows '$($after.RemotePath)' after the change." -Target $drive
            }
            New-ZdmChange -Verb 'Set-ZdmMappedDrive' -Target $drive -Changed $true -Before $before -After $after
            return
        }
        New-ZdmChange -Verb 'Set-ZdmMappedDrive' -Target $drive -Changed $false -Before $before -After $before
    }
    finally { Close-ZdmHive -Hive $hive }
}
