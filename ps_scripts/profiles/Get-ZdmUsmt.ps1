function Get-ZdmUsmt {
    <#
    .SYNOPSIS
        Reads whether the User State Migration Tool lies in a folder of this computer, which version, and what stands in its way.
    .DESCRIPTION
        One object: the programs and rule files that are there, the version of scanstate, how many bits Windows has, the room on the
        system drive, and the files encrypted by EFS on local disks. Nothing is started.
    .PARAMETER Folder
        The folder of the tool, with its sub-folders copied along.
    .EXAMPLE
        Get-ZdmUsmt -Folder C:\Zdm\usmt\amd64
    .OUTPUTS
        Zdm.Usmt
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[A-Za-z]:\\[^*?"<>|\[\]]+[^*?"<>|\\\[\]]$')]
        [string]$Folder
    )
    $found = @()
    foreach ($name in 'scanstate.exe', 'loadstate.exe', 'usmtutils.exe', 'mighost.exe', 'MigDocs.xml', 'MigApp.xml', 'MigUser.xml') {
        if (Test-Path -LiteralPath ($Folder + '\' + $name)) { $found += $name }
    }
    $version = $null
    if ($found -contains 'scanstate.exe') {
        $version = [string][System.Diagnostics.FileVersionInfo]::GetVersionInfo($Folder + '\scanstate.exe').FileVersion
    }
    $bits = 32
    $system = Get-WmiObject -Class Win32_OperatingSystem
    # The architecture came with Vista, and its word is in the host's language; the number is not.
    if ([string]$system.Version -notlike '5.*' -and [string]$system.OSArchitecture -match '64') { $bits = 64 }
    $free = [long]0
    foreach ($disk in @(Get-WmiObject -Class Win32_LogicalDisk)) {
        if ($null -ne $disk -and [string]$disk.DeviceID -eq [string]$system.SystemDrive) { $free = [long]$disk.FreeSpace }
    }
    $encrypted = @()
    foreach ($line in @((Invoke-ZdmNative -FilePath 'cipher.exe' -ArgumentList '/u', '/n').StdOut)) {
        if ($line -match '^\s*([A-Za-z]:\\\S.*?)\s*$') { $encrypted += $Matches[1] }
    }
    New-ZdmFact -Type 'Zdm.Usmt' -Property @{
        Folder    = $Folder
        Files     = [string[]]$found
        Manifests = [bool](Test-Path -LiteralPath ($Folder + '\DlManifests'))
        Version   = $version
        Bits      = [int]$bits
        FreeBytes = $free
        Encrypted = [string[]]$encrypted
    }
}
