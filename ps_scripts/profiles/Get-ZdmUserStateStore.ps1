function Get-ZdmUserStateStore {
    <#
    .SYNOPSIS
        Reads which of these folders hold a compressed migration store, how large each is, and when it was written.
    .DESCRIPTION
        One object for each folder, also for one without a store. Whether the store is sound only usmtutils can say.
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
    foreach ($one in $Path) {
        $image = $one + '\USMT\USMT.MIG'
        $row = @{ Path = $one; Exists = [bool][System.IO.File]::Exists($image); Bytes = $null; ModifiedUtc = $null }
        if ($row.Exists) {
            $item = Get-Item -LiteralPath $image -Force
            $row.Bytes = [long]$item.Length
            $row.ModifiedUtc = ConvertTo-ZdmUtc $item.LastWriteTime
        }
        New-ZdmFact -Type 'Zdm.UserStateStore' -Property $row
    }
}
