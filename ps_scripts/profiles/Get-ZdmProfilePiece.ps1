function Get-ZdmProfilePiece {
    <#
    .SYNOPSIS
        Reads what of a user's profile can be carried piece by piece: his folders, network drives and printers.
    .DESCRIPTION
        One object for each of these accounts that has a profile here. Who is not logged on has his registry loaded for the moment
        and unloaded again, which sets the time of NTUSER.DAT: it is asked only for users whose profile USMT cannot carry.
        Folder holds name=path; a redirected one has a path on a server. There names those that are on this computer.
    .PARAMETER Account
        Accounts, each DOMAIN\name.
    .EXAMPLE
        Get-ZdmProfilePiece -Account EXAMPLE\anna
    .OUTPUTS
        Zdm.ProfilePiece
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[^\\/:*?"<>|]+\\[^\\/:*?"<>|]+$')]
        [string[]]$Account
    )
    if ([string](Get-WmiObject -Class Win32_OperatingSystem).Version -like '5.*') {
        Stop-ZdmVerb -Code Unsupported -Message 'Windows before Vista does not tell of its profiles.' -Target 'Win32_UserProfile' -Category NotInstalled
    }
    $shell = 'Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders'
    $places = @(
        @('desktop', 'Desktop', '%USERPROFILE%\Desktop', ''),
        @('documents', 'Personal', '%USERPROFILE%\Documents', ''),
        @('pictures', 'My Pictures', '%USERPROFILE%\Pictures', ''),
        @('downloads', '{374DE290-123F-4565-9164-39C4925E467B}', '%USERPROFILE%\Downloads', ''),
        @('favourites', 'Favorites', '%USERPROFILE%\Favorites', ''),
        @('signatures', 'AppData', '%USERPROFILE%\AppData\Roaming', '\Microsoft\'),
        @('templates', 'AppData', '%USERPROFILE%\AppData\Roaming', '\Microsoft\Templates'),
        @('dictionaries', 'AppData', '%USERPROFILE%\AppData\Roaming', '\Microsoft\UProof'),
        @('nicknames', 'AppData', '%USERPROFILE%\AppData\Roaming', '\Microsoft\Outlook'),
        @('outlook', 'Local AppData', '%USERPROFILE%\AppData\Local', '\Microsoft\Outlook')
    )
    foreach ($user in @(Get-WmiObject -Class Win32_UserProfile)) {
        if ($null -eq $user -or $user.Special) { continue }
        $sid = [string]$user.SID
        $path = ([string]$user.LocalPath).TrimEnd('\')
        $name = Get-ZdmAccountName -Sid $sid
        if ($null -eq $name -or $Account -notcontains $name) { continue }
        if ($path -eq '' -or -not (Test-Path -LiteralPath ($path + '\NTUSER.DAT'))) { continue }
        $loaded = [bool]$user.Loaded
        $drives = @()
        $printers = @()
        $default = $null
        $moved = @{}
        $signatures = 'Signatures'
        $hive = Open-ZdmHive -Sid $sid -Path $path -Loaded $loaded
        try {
            foreach ($one in @(Get-ZdmHiveValue -Root $hive.Root -Key 'Network')) {
                if ($one['Name'] -eq 'RemotePath' -and $one['Key'] -match '^[A-Za-z]$') { $drives += $one['Key'].ToUpperInvariant() + '=' + $one['Data'] }
            }
            foreach ($one in @(Get-ZdmHiveValue -Root $hive.Root -Key 'Printers\Connections')) {
                $printer = $one['Key'].Replace(',', '\')
                if ($printer -match '^\\\\[^\\]+\\[^\\]+$' -and $printers -notcontains $printer) { $printers += $printer }
            }
            foreach ($one in @(Get-ZdmHiveValue -Root $hive.Root -Key 'Software\Microsoft\Windows NT\CurrentVersion\Windows')) {
                if ($one['Name'] -eq 'Device' -and $one['Key'] -eq '') { $default = $one['Data'].Split(',')[0] }
            }
            foreach ($one in @(Get-ZdmHiveValue -Root $hive.Root -Key $shell)) { $moved[$one['Name']] = $one['Data'] }
            foreach ($version in '12.0', '14.0', '15.0', '16.0') {
                foreach ($one in @(Get-ZdmHiveValue -Root $hive.Root -Key "Software\Microsoft\Office\$version\Common\General")) {
                    if ($one['Name'] -eq 'Signatures' -and $one['Key'] -eq '' -and $one['Data'] -ne '') { $signatures = $one['Data'] }
                }
            }
        }
        finally { Close-ZdmHive -Hive $hive }
        $drives = [string[]]$drives
        $printers = [string[]]$printers
        $null = [System.Array]::Sort($drives, [System.StringComparer]::OrdinalIgnoreCase)
        $null = [System.Array]::Sort($printers, [System.StringComparer]::OrdinalIgnoreCase)
        $folders = @()
        $there = @()
        foreach ($place in $places) {
            $value = $place[2]
            if ($moved.ContainsKey($place[1])) { $value = [string]$moved[$place[1]] }
            $folder = ($value -replace '%USERPROFILE%', $path.Replace('$', '$$')) + $place[3]
            if ($place[0] -eq 'signatures') { $folder += $signatures }
            $folders += $place[0] + '=' + $folder
            if ($folder -match '^[A-Za-z]:\\' -and (Test-Path -LiteralPath $folder)) { $there += $place[0] }
        }
        New-ZdmFact -Type 'Zdm.ProfilePiece' -Property @{
            Account        = $name
            Sid            = $sid
            Path           = $path
            Loaded         = $loaded
            Drive          = $drives
            Printer        = $printers
            DefaultPrinter = $default
            Folder         = [string[]]$folders
            There          = [string[]]$there
        }
    }
}
