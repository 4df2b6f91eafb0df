function Get-ZdmRole {
    <#
    .SYNOPSIS
        Reads the installed roles and features of a server, or whether the named ones are installed.
    .DESCRIPTION
        Uses the ServerManager module where there is one (2008 R2 and later), else Win32_ServerFeature (2008), which knows
        numbers and localised names only: there the roles of a small office are told by their number.
        A name that the server does not know gives no object; one that cannot be told on this release is an error.
    .PARAMETER Name
        Internal names such as DHCP or DNS. None: everything that is installed.
    .EXAMPLE
        Get-ZdmRole -Name DHCP, DNS
    .OUTPUTS
        Zdm.Role
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $false)]
        [string[]]$Name = @()
    )
    if (Import-ZdmModule ServerManager) {
        foreach ($feature in @(Get-WindowsFeature)) {
            if ($Name.Count -gt 0 -and $Name -notcontains $feature.Name) { continue }
            if ($Name.Count -eq 0 -and -not $feature.Installed) { continue }
            New-ZdmFact -Type 'Zdm.Role' -Property @{
                Name        = [string]$feature.Name
                DisplayName = [string]$feature.DisplayName
                Installed   = [bool]$feature.Installed
            }
        }
        return
    }
    # Numbers of Win32_ServerFeature, the same in every language.
    $known = @{ 6 = 'File-Services'; 10 = 'AD-Domain-Services'; 12 = 'DHCP'; 13 = 'DNS'; 39 = 'Windows-Server-Backup'; 69 = 'GPMC' }
    foreach ($wanted in $Name) {
        if (@($known.Values) -notcontains $wanted) {
            Stop-ZdmVerb -Code Unsupported -Message "This release cannot say whether '$wanted' is installed." -Target $wanted
        }
    }
    $found = @{}
    foreach ($feature in @(Get-WmiObject -Class Win32_ServerFeature)) {
        if ($null -ne $feature -and $known.ContainsKey([int]$feature.ID)) { $found[$known[[int]$feature.ID]] = [string]$feature.Name }
    }
    foreach ($number in @($known.Keys | Sort-Object)) {
        $internal = $known[$number]
        $installed = $found.ContainsKey($internal)
        if ($Name.Count -gt 0 -and $Name -notcontains $internal) { continue }
        if ($Name.Count -eq 0 -and -not $installed) { continue }
        $shown = $internal
        if ($installed) { $shown = $found[$internal] }
        New-ZdmFact -Type 'Zdm.Role' -Property @{ Name = $internal; DisplayName = $shown; Installed = $installed }
    }
}
