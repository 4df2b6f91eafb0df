# Who a SID belongs to and which version a program has, asked of the host: .NET would tell of this computer. ASCII.

class LabSecurityIdentifier {
    # System.Security.Principal.SecurityIdentifier: its name, and how it lies in memory.
    [string]$Value
    [int]$BinaryLength
    LabSecurityIdentifier([string]$value) {
        if ($value -notmatch '^S-1-\d+(-\d+)*$') { throw [System.ArgumentException]::new('Value was invalid.', 'sddlForm') }
        $this.Value = $value
        $this.BinaryLength = 8 + 4 * ($value.Split('-').Length - 3)
    }
    [void] GetBinaryForm([byte[]]$bytes, [int]$at) {
        $parts = $this.Value.Split('-')
        $bytes[$at] = [byte]$parts[1]
        $bytes[$at + 1] = [byte]($parts.Length - 3)
        $authority = [System.BitConverter]::GetBytes([long]$parts[2])
        for ($i = 0; $i -lt 6; $i++) { $bytes[$at + 2 + $i] = $authority[5 - $i] }
        for ($i = 3; $i -lt $parts.Length; $i++) { [System.BitConverter]::GetBytes([uint32]$parts[$i]).CopyTo($bytes, $at + 8 + 4 * ($i - 3)) }
    }
    [string] Translate([type]$type) {
        if ($type -ne [System.Security.Principal.NTAccount]) { throw [System.NotSupportedException]::new('the lab translates to NTAccount only.') }
        $request = @{ Op = 'wmi'; Name = 'Get-WmiObject'; Namespace = 'root\cimv2'; Class = 'Win32_SID'; Filter = "SID='" + $this.Value + "'" }
        $found = @(ConvertFrom-LabReply -Reply (Send-LabRequest -Message $request))
        if ($found.Count -eq 0) {
            # As a call of .NET that throws: the id is the name of the exception.
            $text = 'Exception calling "Translate" with "1" argument(s): "Some or all identity references could not be translated."'
            throw (New-LabError -Id IdentityNotMappedException -Message $text -Category NotSpecified -Target '')
        }
        return $found[0].ReferencedDomainName + '\' + $found[0].AccountName
    }
    [string] ToString() { return $this.Value }
}

class LabFileVersionInfo {
    # System.Diagnostics.FileVersionInfo of a program on the host.
    [string]$FileName
    [string]$FileVersion
    static [LabFileVersionInfo] GetVersionInfo([string]$path) {
        $name = $path.Replace('\', '\\').Replace("'", "\'")
        $request = @{ Op = 'wmi'; Name = 'Get-WmiObject'; Namespace = 'root\cimv2'; Class = 'CIM_DataFile'; Filter = "Name='" + $name + "'" }
        $made = [LabFileVersionInfo]::new()
        $made.FileName = $path
        foreach ($row in @(ConvertFrom-LabReply -Reply (Send-LabRequest -Message $request))) { $made.FileVersion = $row.Version }
        return $made
    }
}

$accelerators = [psobject].Assembly.GetType('System.Management.Automation.TypeAccelerators')
foreach ($pair in @(@('System.Security.Principal.SecurityIdentifier', [LabSecurityIdentifier]), @('System.Diagnostics.FileVersionInfo', [LabFileVersionInfo]))) {
    $null = $accelerators::Remove($pair[0])
    $accelerators::Add($pair[0], $pair[1])
}
