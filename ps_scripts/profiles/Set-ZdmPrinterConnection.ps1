function Set-ZdmPrinterConnection {
    <#
    .SYNOPSIS
        Connects a user with a printer of a print server, or ends the connection, from his next logon on.
    .DESCRIPTION
        Written into the registry of a user who is logged off; it is loaded for the moment and unloaded again. The driver must be on
        the computer, or the server allowed to bring it; which printer is the default one the user chooses himself.
    .PARAMETER Sid
        Whose connection.
    .PARAMETER Name
        The printer: \\SERVER\name.
    .PARAMETER State
        Present or Absent.
    .EXAMPLE
        Set-ZdmPrinterConnection -Sid S-1-5-21-1004336348-1177238915-682003330-1105 -Name \\NEW\Office -State Present
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
        [ValidatePattern('^\\\\[^\\/,:*?"<>|]+\\[^\\/,:*?"<>|]+$')]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [ValidateSet('Present', 'Absent')]
        [string]$State
    )
    $user = Get-ZdmProfileRow -Sid $Sid
    $hive = Open-ZdmHive -Sid $Sid -Path ([string]$user.LocalPath).TrimEnd('\') -Loaded $false
    try {
        $below = 'Printers\Connections\' + $Name.Replace('\', ',')
        $key = $hive.Root + '\' + $below
        $read = {
            $found = @(Get-ZdmHiveValue -Root $hive.Root -Key $below)
            $state = 'Absent'
            if ($found.Count -gt 0) { $state = 'Present' }
            @{ Name = $Name; State = $state }
        }
        $before = & $read
        if ($before.State -ne $State -and $PSCmdlet.ShouldProcess($Name, 'set the printer connection')) {
            if ($State -eq 'Absent') { Invoke-ZdmHiveChange -Word 'delete', $key, '/f' }
            else {
                Invoke-ZdmHiveChange -Word 'add', $key, '/v', 'Provider', '/t', 'REG_SZ', '/d', 'win32spl.dll', '/f'
                Invoke-ZdmHiveChange -Word 'add', $key, '/v', 'Server', '/t', 'REG_SZ', '/d', $Name.Substring(0, $Name.LastIndexOf('\')), '/f'
                Invoke-ZdmHiveChange -Word 'add', $key, '/v', 'LocalConnection', '/t', 'REG_DWORD', '/d', '1', '/f'
            }
            $after = & $read
            if ($after.State -ne $State) {
                Stop-ZdmVerb -Code VerifyFailed -Message "The connection with '$Name' is $($after.State) after the change." -Target $Name
            }
            New-ZdmChange -Verb 'Set-ZdmPrinterConnection' -Target $Name -Changed $true -Before $before -After $after
            return
        }
        New-ZdmChange -Verb 'Set-ZdmPrinterConnection' -Target $Name -Changed $false -Before $before -After $before
    }
    finally { Close-ZdmHive -Hive $hive }
}
