function New-ZdmShare {
    <#
    .SYNOPSIS
        Shares a folder with the permissions given, and makes the folder where it is not there.
    .DESCRIPTION
        A share of that name on another folder is left alone and is an error; one on the same folder must have the same
        permissions. The SmbShare module makes a share for Everyone to read; the permissions replace that at once, and until then
        the files' own permissions hold. By WMI (2008 R2 and older) the share has them from its first moment on.
    .PARAMETER Name
        The name of the share.
    .PARAMETER Path
        The folder, a full local path.
    .PARAMETER Sddl
        The permissions of the share as a security descriptor in text form.
    .PARAMETER Description
        What people see beside the name.
    .PARAMETER CachingMode
        Whether clients keep copies.
    .PARAMETER EnumerationMode
        AccessBased shows people only what they may open.
    .PARAMETER UserLimit
        How many may use it at once; 0 for no limit.
    .EXAMPLE
        New-ZdmShare -Name Data -Path E:\Shares\Data -Sddl 'O:SYG:SYD:(A;;FA;;;BA)'
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmShare
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[^\x00-\x1f\\/:*?"<>|\[\]+=;,]{1,80}$')]
        [string]$Name,

        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[A-Za-z]:\\[^\x00-\x1f"<>|*?:/]+$')]
        [string]$Path,

        [Parameter(Mandatory = $true)]
        [ValidatePattern('^O:[A-Za-z0-9-]+G:[A-Za-z0-9-]+D:[A-Z]*(\([AD];[A-Z]*;[A-Za-z0-9]+;;;[A-Za-z0-9-]+\))*$')]
        [string]$Sddl,

        [Parameter(Mandatory = $false)]
        [ValidatePattern('^[^\x00-\x1f]{0,256}$')]
        [string]$Description = '',

        [Parameter(Mandatory = $false)]
        [ValidateSet('None', 'Manual', 'Documents', 'Programs', 'BranchCache')]
        [string]$CachingMode = 'Manual',

        [Parameter(Mandatory = $false)]
        [ValidateSet('AccessBased', 'Unrestricted')]
        [string]$EnumerationMode = 'Unrestricted',

        [Parameter(Mandatory = $false)]
        [ValidateRange(0, 16777216)]
        [int]$UserLimit = 0
    )
    $way = Get-ZdmShareWay
    if ($way -ne 'module' -and ($CachingMode -ne 'Manual' -or $EnumerationMode -ne 'Unrestricted')) {
        Stop-ZdmVerb -Code Unsupported -Message 'Before Windows Server 2012 neither CachingMode nor EnumerationMode is set from here.' -Target $Name -Category NotInstalled
    }
    $before = Get-ZdmShareState -Way $way -Name $Name
    $wanted = Resolve-ZdmShareSddl -Way $way -Name $Name -Sddl $Sddl
    if ($before.Exists -and ($before.Path -ne $Path -or $before.Sddl -ne $wanted)) {
        Stop-ZdmVerb -Code AlreadyExists -Message "The share '$Name' is there with another folder or other permissions." -Target $Name
    }
    if (-not $before.Exists -and $PSCmdlet.ShouldProcess($Name, "share $Path")) {
        $drive = $Path.Substring(0, 2)
        if (@(Get-WmiObject -Class Win32_LogicalDisk | Where-Object { $_.DeviceID -eq $drive }).Count -eq 0) {
            Stop-ZdmVerb -Code NotFound -Message "This host has no drive $drive." -Target $drive -Category ObjectNotFound
        }
        $null = [System.IO.Directory]::CreateDirectory($Path)
        if ($way -eq 'module') {
            $share = @{
                Name                  = $Name
                Path                  = $Path
                Description           = $Description
                CachingMode           = $CachingMode
                FolderEnumerationMode = $EnumerationMode
                ConcurrentUserLimit   = [uint32]$UserLimit
            }
            $null = New-SmbShare @share
            Set-SmbShare -Name $Name -SecurityDescriptor $wanted -Force
        }
        else { New-ZdmShareByWmi -Name $Name -Path $Path -Description $Description -UserLimit $UserLimit -Sddl $wanted }
        $after = Get-ZdmShareState -Way $way -Name $Name
        if (-not $after.Exists -or $after.Sddl -ne $wanted -or $after.UserLimit -ne $UserLimit) {
            Stop-ZdmVerb -Code VerifyFailed -Message "The share '$Name' is not as it was asked for." -Target $Name
        }
        New-ZdmChange -Verb 'New-ZdmShare' -Target $Name -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'New-ZdmShare' -Target $Name -Changed $false -Before $before -After $before
}
