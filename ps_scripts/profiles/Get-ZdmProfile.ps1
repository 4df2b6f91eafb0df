function Get-ZdmProfile {
    <#
    .SYNOPSIS
        Reads the user profiles of this computer: whose they are, where they lie, and when they were used.
    .DESCRIPTION
        One object for each profile that is no service's, from Win32_UserProfile, ProfileList and the profile's folder. The last use
        is when NTUSER.DAT was written, which is what the User State Migration Tool goes by; LastUseTime is moved by scanners too.
        Account is nothing where the SID has no name any more. A key with .bak in ProfileList is a profile that failed to load.
    .EXAMPLE
        Get-ZdmProfile
    .OUTPUTS
        Zdm.Profile
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    if ([string](Get-WmiObject -Class Win32_OperatingSystem).Version -like '5.*') {
        Stop-ZdmVerb -Code Unsupported -Message 'Windows before Vista does not tell of its profiles.' -Target 'Win32_UserProfile' -Category NotInstalled
    }
    $list = 'HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList'
    $set = @()
    foreach ($line in @((Invoke-ZdmNative -FilePath 'reg.exe' -ArgumentList 'query', $list).StdOut)) {
        if ($line -match '\\(S-1-[0-9-]+)\.bak\s*$') { $set += $Matches[1] }
    }
    foreach ($user in @(Get-WmiObject -Class Win32_UserProfile)) {
        if ($null -eq $user -or $user.Special) { continue }
        $sid = [string]$user.SID
        $path = [string]$user.LocalPath
        $account = Get-ZdmAccountName -Sid $sid
        $there = $false
        $used = $null
        if ($path -ne '') {
            $there = [bool](Test-Path -LiteralPath $path)
            $hive = $path.TrimEnd('\') + '\NTUSER.DAT'
            if ($there -and (Test-Path -LiteralPath $hive)) { $used = ConvertTo-ZdmUtc (Get-Item -LiteralPath $hive -Force).LastWriteTime }
        }
        New-ZdmFact -Type 'Zdm.Profile' -Property @{
            Sid         = $sid
            Account     = $account
            Path        = $path
            FolderThere = $there
            Loaded      = [bool]$user.Loaded
            Roaming     = [bool]$user.RoamingConfigured
            Temporary   = [bool](([int]$user.Status -band 1) -ne 0)
            HasBackup   = [bool]($set -contains $sid)
            UsedUtc     = $used
        }
    }
}
