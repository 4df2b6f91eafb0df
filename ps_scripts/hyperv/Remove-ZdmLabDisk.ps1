function Remove-ZdmLabDisk {
    <#
    .SYNOPSIS
        Removes a virtual hard disk that was made here, and the folder that says so.
    .DESCRIPTION
        A disk that was not made here, or that a machine has, is never removed.
    .PARAMETER Path
        Full path of the disk, with .vhdx.
    .EXAMPLE
        Remove-ZdmLabDisk -Path D:\Lab\OLD.vhdx
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
        [string]$Path
    )
    if (-not (Import-ZdmModule Hyper-V)) { Stop-ZdmVerb -Code Precondition -Message 'This host has no Hyper-V module.' -Target 'Hyper-V' }
    $read = {
        $state = Get-ZdmVhdState -Path $Path
        @{ Exists = $state.Exists; Made = $state.Made; Marked = $state.Marked }
    }
    $before = & $read
    if ($before.Exists -and -not $before.Made -and -not (Test-Path -LiteralPath "$Path.zdm\new")) {
        Stop-ZdmVerb -Code Precondition -Message "'$Path' was not made here; it is not removed." -Target $Path
    }
    foreach ($vm in @(Get-VM)) {
        if ($null -eq $vm -or -not $before.Exists) { continue }
        foreach ($drive in @(Get-VMHardDiskDrive -VMName $vm.Name)) {
            if ($null -ne $drive -and [string]$drive.Path -eq $Path) {
                Stop-ZdmVerb -Code Precondition -Message "The machine '$($vm.Name)' has the disk '$Path'." -Target $Path
            }
        }
    }
    if ((-not $before.Exists -and -not $before.Marked) -or -not $PSCmdlet.ShouldProcess($Path, 'remove')) {
        New-ZdmChange -Verb 'Remove-ZdmLabDisk' -Target $Path -Changed $false -Before $before -After $before
        return
    }
    if ($before.Exists) { Remove-Item -LiteralPath $Path -Force }
    if ($before.Marked) { Remove-Item -LiteralPath "$Path.zdm" -Recurse -Force }
    $after = & $read
    if ($after.Exists -or $after.Marked) { Stop-ZdmVerb -Code VerifyFailed -Message "'$Path' is still there." -Target $Path }
    New-ZdmChange -Verb 'Remove-ZdmLabDisk' -Target $Path -Changed $true -Before $before -After $after
}
