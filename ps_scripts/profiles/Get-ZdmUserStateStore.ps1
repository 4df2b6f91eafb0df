function Get-ZdmUserStateStore {
    <#
    .SYNOPSIS
        Reads which of these folders hold a compressed migration store, how large each is, and the room on its drive.
    .DESCRIPTION
        One object for each folder, also for one without a store. Whether the store is sound only usmtutils can say.
        FreeBytes is nothing where the drive is none that Windows shows as a disk.
    .PARAMETER Path
        Folders of stores on this host, each without USMT.
    .EXAMPLE
        Get-ZdmUserStateStore -Path C:\Zdm\stores\PC07\20261125
    .OUTPUTS
        Zdm.UserStateStore
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[A-Za-z]:\\[^*?"<>|\[\]]+[^*?"<>|\\\[\]]$')]
        [string[]]$Path
    )
    $free = @{}
    foreach ($disk in @(Get-WmiObject -Class Win32_LogicalDisk)) {
        if ($null -ne $disk -and $null -ne $disk.FreeSpace) { $free[[string]$disk.DeviceID] = [long]$disk.FreeSpace }
    }
    foreach ($one in $Path) {
        $drive = $one.Substring(0, 2)
        $image = $one + '\USMT\USMT.MIG'
        $row = @{ Path = $one; Exists = [bool][System.IO.File]::Exists($image); Bytes = $null; ModifiedUtc = $null; FreeBytes = $null }
        if ($free.ContainsKey($drive)) { $row.FreeBytes = [long]$free[$drive] }
        if ($row.Exists) {
            $item = Get-Item -LiteralPath $image -Force
            $row.Bytes = [long]$item.Length
            $row.ModifiedUtc = ConvertTo-ZdmUtc $item.LastWriteTime
        }
        New-ZdmFact -Type 'Zdm.UserStateStore' -Property $row
    }
}
