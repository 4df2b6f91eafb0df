function Get-ZdmFileSample {
    <#
    .SYNOPSIS
        Reads a sample of a tree: of its top folder and the folders right below it the first, the middle and the last file.
    .DESCRIPTION
        Which files these are follows from the names alone, so two trees that are the same give the same sample. Of each
        file come size, time, SHA-256 and permissions; what is larger than MaxMegabytes is not hashed.
    .PARAMETER Path
        The top folder, a full local path.
    .PARAMETER Folders
        How many folders are looked at, the top one among them.
    .PARAMETER MaxMegabytes
        Size up to which files are hashed.
    .EXAMPLE
        Get-ZdmFileSample -Path E:\Shares\Data
    .OUTPUTS
        Zdm.FileSample
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[A-Za-z]:\\[^\x00-\x1f"<>|*?:/]+$')]
        [string]$Path,

        [Parameter(Mandatory = $false)]
        [ValidateRange(1, 1000)]
        [int]$Folders = 60,

        [Parameter(Mandatory = $false)]
        [ValidateRange(1, 2000)]
        [int]$MaxMegabytes = 64
    )
    $root = $Path.TrimEnd('\')
    if (-not [System.IO.Directory]::Exists($root)) {
        Stop-ZdmVerb -Code NotFound -Message "There is no folder '$root'." -Target $root -Category ObjectNotFound
    }
    $sections = [System.Security.AccessControl.AccessControlSections]'Access, Owner, Group'
    $below = [string[]]@([System.IO.Directory]::GetDirectories($root))
    $null = [System.Array]::Sort($below, [System.StringComparer]::OrdinalIgnoreCase)
    $looked = 0
    foreach ($folder in @(@($root) + $below)) {
        if ($looked -ge $Folders) { break }
        # 1024: a junction or link leads elsewhere.
        if (([int][System.IO.File]::GetAttributes($folder) -band 1024) -ne 0) { continue }
        $looked += 1
        $files = [string[]]@([System.IO.Directory]::GetFiles($folder))
        $null = [System.Array]::Sort($files, [System.StringComparer]::OrdinalIgnoreCase)
        $many = @($files).Length
        $chosen = @{}
        if ($many -gt 0) {
            foreach ($number in 0, [int][System.Math]::Floor($many / 2), ($many - 1)) { $chosen[$files[$number]] = $true }
        }
        foreach ($file in @($files)) {
            if ($null -eq $file -or -not $chosen.ContainsKey($file)) { continue }
            $item = Get-Item -LiteralPath $file -Force
            $hash = $null
            if ([long]$item.Length -le ([long]$MaxMegabytes * 1048576)) { $hash = (Get-ZdmFileState -Path $file).Sha256 }
            New-ZdmFact -Type 'Zdm.FileSample' -Property @{
                Root         = $root
                RelativePath = $file.Substring($root.Length + 1)
                Bytes        = [long]$item.Length
                ModifiedUtc  = (ConvertTo-ZdmUtc $item.LastWriteTime)
                Sha256       = $hash
                Sddl         = [string][System.IO.File]::GetAccessControl($file).GetSecurityDescriptorSddlForm($sections)
            }
        }
        New-ZdmFact -Type 'Zdm.FileSample' -Property @{
            Root         = $root
            RelativePath = ($folder.Substring($root.Length) + '\')
            Bytes        = [long]$many
            ModifiedUtc  = $null
            Sha256       = $null
            Sddl         = [string][System.IO.Directory]::GetAccessControl($folder).GetSecurityDescriptorSddlForm($sections)
        }
    }
}
