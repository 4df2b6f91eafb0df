function New-ZdmLabVm {
    <#
    .SYNOPSIS
        Makes a virtual machine of the lab, guarded and connected to nothing.
    .DESCRIPTION
        Static memory, checkpoints of the standard kind and none by themselves, no start with the host, no time from the host,
        and the DHCP guard on before anything can be connected. A run that broke off is finished; a machine that is not the lab's own is an error.
    .PARAMETER Name
        Name of the machine.
    .PARAMETER Mark
        The text by which the lab knows what is its own; it stands in the notes.
    .PARAMETER Generation
        1 for Windows before 2012, 2 for later ones.
    .PARAMETER MemoryMb
        Memory in MB, static.
    .PARAMETER Processors
        Number of processors.
    .PARAMETER Path
        Folder under which the machine's own folder is made.
    .PARAMETER Disk
        Its disks in their order.
    .PARAMETER PlainBoot
        Secure boot off, for a guest of generation 2 that lacks a signed loader.
    .EXAMPLE
        New-ZdmLabVm -Name OLD -Mark zdm-lab:sr-1 -Generation 1 -MemoryMb 8192 -Processors 2 -Path D:\Lab -Disk D:\Lab\OLD.vhdx
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 5.1
        Reader: Get-ZdmLabVm
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[A-Za-z0-9][A-Za-z0-9 ._-]{0,60}$')]
        [string]$Name,
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^zdm-lab:[A-Za-z0-9._-]{1,60}$')]
        [string]$Mark,
        [Parameter(Mandatory = $true)]
        [ValidateSet('1', '2')]
        [string]$Generation,
        [Parameter(Mandatory = $true)]
        [ValidateRange(32, 1048576)]
        [int]$MemoryMb,
        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 64)]
        [int]$Processors,
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[A-Za-z]:\\[^*?\[\]]+$')]
        [string]$Path,
        [Parameter(Mandatory = $true)]
        [AllowEmptyCollection()]
        [string[]]$Disk,
        [Parameter(Mandatory = $false)]
        [bool]$PlainBoot = $false
    )
    $vm = Get-ZdmVm -Name $Name
    $guid = '2497F4DE-E9FA-4204-80E4-4B75C46419C0'
    $read = {
        $state = @{ Exists = $false; Mark = $null; MemoryMb = $null; Processors = $null; Guarded = $false; OwnTime = $false; Quiet = $false; Disks = [string[]]@() }
        $vm = Get-ZdmVm -Name $Name
        if ($null -ne $vm) {
            $state.Exists = $true
            $state.Mark = [string]$vm.Notes
            $state.MemoryMb = [int]($vm.MemoryStartup / 1048576)
            $state.Processors = [int]$vm.ProcessorCount
            $state.Guarded = @(Get-VMNetworkAdapter -VMName $Name | Where-Object { $null -ne $_ -and [string]$_.DhcpGuard -ne 'On' }).Count -eq 0
            $state.OwnTime = @(Get-VMIntegrationService -VMName $Name | Where-Object { $null -ne $_ -and [string]$_.Id -like "*$guid" -and $_.Enabled }).Count -eq 0
            $state.Quiet = (-not $vm.DynamicMemoryEnabled -and [string]$vm.CheckpointType -eq 'Standard' -and [string]$vm.AutomaticStartAction -eq 'Nothing' -and [string]$vm.AutomaticStopAction -eq 'ShutDown')
            $state.Disks = [string[]]@(Get-VMHardDiskDrive -VMName $Name | Where-Object { $null -ne $_ } | ForEach-Object { [string]$_.Path })
        }
        $state
    }
    $before = & $read
    if ($before.Exists -and $before.Mark -ne $Mark) {
        # A run that broke off right after New-VM left a machine in the lab's own folder without notes and disks.
        if ($before.Mark -ne '' -or @($before.Disks).Count -gt 0 -or [string]$vm.Path -ne "$Path\$Name") {
            Stop-ZdmVerb -Code AlreadyExists -Message "A machine '$Name' is there already and is not the lab's own ('$($before.Mark)')." -Target $Name
        }
    }
    if ($before.Exists) {
        # A machine keeps the generation that it was made with.
        $there = [string]$vm.Generation
        if ($there -ne $Generation) {
            Stop-ZdmVerb -Code Precondition -Message "The machine '$Name' is of generation $there; generation $Generation is wanted." -Target $Name
        }
    }
    $same = ($before.Exists -and $before.Mark -eq $Mark -and $before.MemoryMb -eq $MemoryMb -and $before.Processors -eq $Processors -and $before.Guarded -and $before.OwnTime -and $before.Quiet)
    $checkpoints = @()
    if ($before.Exists) { $checkpoints = @(Get-VMSnapshot -VMName $Name | Where-Object { $null -ne $_ }) }
    # After a checkpoint the machine has branches of its disks in their place.
    $lacking = @()
    if ($checkpoints.Count -eq 0) {
        $lacking = @($Disk | Where-Object { @($before.Disks) -notcontains $_ })
        foreach ($other in @($before.Disks)) {
            if ($Disk -notcontains $other) { Stop-ZdmVerb -Code Precondition -Message "The machine '$Name' has the disk '$other', which is not wanted." -Target $Name }
        }
    }
    $same = ($same -and $lacking.Count -eq 0)
    if ($same -or -not $PSCmdlet.ShouldProcess($Name, 'make a virtual machine')) {
        New-ZdmChange -Verb 'New-ZdmLabVm' -Target $Name -Changed $false -Before $before -After $before
        return
    }
    if ($before.Exists -and [string]$vm.State -ne 'Off') {
        Stop-ZdmVerb -Code Precondition -Message "The machine '$Name' runs; it is only changed while it is off." -Target $Name
    }
    $named = @()
    foreach ($one in $Disk) {
        if ($named -contains $one) { Stop-ZdmVerb -Code Precondition -Message "The disk '$one' is named twice." -Target $one }
        $named += $one
        if (-not (Get-ZdmVhdState -Path $one).Exists) { Stop-ZdmVerb -Code NotFound -Message "The disk '$one' is not there." -Target $one -Category ObjectNotFound }
        foreach ($other in @(Get-VM)) {
            if ($null -eq $other -or [string]$other.Name -eq $Name) { continue }
            foreach ($drive in @(Get-VMHardDiskDrive -VMName $other.Name)) {
                if ($null -ne $drive -and [string]$drive.Path -eq $one) { Stop-ZdmVerb -Code Precondition -Message "The machine '$($other.Name)' has the disk '$one'." -Target $one }
            }
        }
    }
    $bytes = [long]$MemoryMb * 1048576
    if (-not $before.Exists) {
        $made = @{ Name = $Name; MemoryStartupBytes = $bytes; Generation = [int]$Generation; Path = $Path; NoVHD = $true }
        $null = New-VM @made
    }
    $settings = @{
        Name                 = $Name
        Notes                = $Mark
        StaticMemory         = $true
        MemoryStartupBytes   = $bytes
        ProcessorCount       = $Processors
        CheckpointType       = 'Standard'
        AutomaticStartAction = 'Nothing'
        AutomaticStopAction  = 'ShutDown'
    }
    Set-VM @settings
    Set-VMNetworkAdapter -VMName $Name -DhcpGuard On -MacAddressSpoofing Off
    foreach ($service in @(Get-VMIntegrationService -VMName $Name)) {
        if ($null -ne $service -and [string]$service.Id -like "*$guid" -and $service.Enabled) { Disable-VMIntegrationService -VMName $Name -Name $service.Name }
    }
    if ($PlainBoot -and $Generation -eq '2') { Set-VMFirmware -VMName $Name -EnableSecureBoot Off }
    foreach ($one in $lacking) { Add-VMHardDiskDrive -VMName $Name -Path $one }
    $after = & $read
    if (-not ($after.Guarded -and $after.OwnTime -and $after.Quiet -and $after.Mark -eq $Mark)) {
        Stop-ZdmVerb -Code VerifyFailed -Message "The machine '$Name' is not as it was made." -Target $Name
    }
    New-ZdmChange -Verb 'New-ZdmLabVm' -Target $Name -Changed $true -Before $before -After $after
}
