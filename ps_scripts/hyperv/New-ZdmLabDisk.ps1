function New-ZdmLabDisk {
    <#
    .SYNOPSIS
        Makes a virtual hard disk: one that grows, or one that goes on from an image that stays as it is.
    .DESCRIPTION
        A folder beside the disk bears its identifier, by which it is known as made here. A disk that is there and was not made here is an error.
        A run that broke off between disk and folder is finished.
    .PARAMETER Path
        Full path of the disk, with .vhdx.
    .PARAMETER SizeGb
        Size of a new disk in GB; not with ParentPath.
    .PARAMETER ParentPath
        The disk that it goes on from; it is only read.
    .EXAMPLE
        New-ZdmLabDisk -Path D:\Lab\OLD.vhdx -ParentPath D:\Images\sbs.vhdx
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 5.1
        Reader: Get-ZdmLabDisk
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[A-Za-z]:\\[^*?\[\]]+\.vhdx$')]
        [string]$Path,
        [Parameter(Mandatory = $false)]
        [ValidateRange(0, 65536)]
        [int]$SizeGb = 0,
        [Parameter(Mandatory = $false)]
        [string]$ParentPath = ''
    )
    if (-not (Import-ZdmModule Hyper-V)) { Stop-ZdmVerb -Code Precondition -Message 'This host has no Hyper-V module.' -Target 'Hyper-V' }
    if (($SizeGb -gt 0) -eq ($ParentPath -ne '')) {
        Stop-ZdmVerb -Code Precondition -Message 'A disk has either a size or a disk that it goes on from.' -Target $Path -Category InvalidArgument
    }
    $read = {
        $state = Get-ZdmVhdState -Path $Path
        @{ Exists = $state.Exists; Made = $state.Made; Kind = $state.Kind; ParentPath = $state.ParentPath }
    }
    $before = & $read
    $begun = Test-Path -LiteralPath "$Path.zdm\new"
    if ($before.Exists -and -not $before.Made -and -not $begun) {
        Stop-ZdmVerb -Code AlreadyExists -Message "'$Path' is there already and was not made here." -Target $Path
    }
    if (-not $before.Exists -and $ParentPath -ne '' -and -not (Test-Path -LiteralPath $ParentPath)) {
        Stop-ZdmVerb -Code NotFound -Message "'$ParentPath' is not there." -Target $ParentPath -Category ObjectNotFound
    }
    if (-not $before.Exists -and -not (Test-Path -LiteralPath (Split-Path -Path $Path -Parent))) {
        Stop-ZdmVerb -Code Precondition -Message "The folder of '$Path' is not there." -Target $Path
    }
    if ($before.Made -or -not $PSCmdlet.ShouldProcess($Path, 'make a virtual hard disk')) {
        New-ZdmChange -Verb 'New-ZdmLabDisk' -Target $Path -Changed $false -Before $before -After $before
        return
    }
    if (-not $before.Exists) {
        if (-not $begun) { $null = New-Item -Path "$Path.zdm\new" -ItemType Directory }
        if ($ParentPath -ne '') { $null = New-VHD -Path $Path -ParentPath $ParentPath -Differencing }
        else { $null = New-VHD -Path $Path -SizeBytes ([long]$SizeGb * 1073741824) -Dynamic }
    }
    $identifier = (Get-ZdmVhdState -Path $Path).Identifier
    $null = New-Item -Path "$Path.zdm\$identifier" -ItemType Directory
    Remove-Item -LiteralPath "$Path.zdm\new" -Force
    $after = & $read
    if (-not $after.Made) { Stop-ZdmVerb -Code VerifyFailed -Message "'$Path' is not there as it was made." -Target $Path }
    New-ZdmChange -Verb 'New-ZdmLabDisk' -Target $Path -Changed $true -Before $before -After $after
}
