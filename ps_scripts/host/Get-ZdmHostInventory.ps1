function Get-ZdmHostInventory {
    <#
    .SYNOPSIS
        Reads what a host is: release, role, hardware, PowerShell, start times.
    .DESCRIPTION
        Asks WMI only, so that it runs on every release from 2003 on. Properties that came with later releases are not used.
    .EXAMPLE
        Get-ZdmHostInventory
    .OUTPUTS
        Zdm.HostInventory
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    $system = Get-WmiObject -Class Win32_OperatingSystem
    $computer = Get-WmiObject -Class Win32_ComputerSystem
    $bios = Get-WmiObject -Class Win32_BIOS
    $product = Get-WmiObject -Class Win32_ComputerSystemProduct
    # WMI dates are text: yyyymmddHHMMSS.ffffff and the offset from UTC in minutes.
    $utc = {
        param([string]$Dmtf)
        if ($Dmtf.Length -lt 25) { return $null }
        $invariant = [System.Globalization.CultureInfo]::InvariantCulture
        $local = [datetime]::ParseExact($Dmtf.Substring(0, 14), 'yyyyMMddHHmmss', $invariant)
        $shifted = $local.AddMinutes(-1 * [int]$Dmtf.Substring(21, 4))
        return ConvertTo-ZdmUtc ([datetime]::SpecifyKind($shifted, [System.DateTimeKind]::Utc))
    }
    New-ZdmFact -Type 'Zdm.HostInventory' -Property @{
        OsCaption      = ([string]$system.Caption).Trim()
        OsVersion      = [string]$system.Version
        ServicePack    = [int]$system.ServicePackMajorVersion
        ProductType    = [int]$system.ProductType
        ProductSuite   = [int]$system.OSProductSuite
        InstalledAtUtc = (& $utc $system.InstallDate)
        LastBootUtc    = (& $utc $system.LastBootUpTime)
        PsVersion      = $PSVersionTable.PSVersion.ToString()
        Domain         = [string]$computer.Domain
        DomainRole     = [int]$computer.DomainRole
        SystemType     = [string]$computer.SystemType
        Manufacturer   = [string]$computer.Manufacturer
        Model          = [string]$computer.Model
        SerialNumber   = [string]$bios.SerialNumber
        MachineUuid    = [string]$product.UUID
        WindowsSerial  = [string]$system.SerialNumber
        MemoryBytes    = [long]$computer.TotalPhysicalMemory
        Culture        = $ZdmHostCulture
    }
}
