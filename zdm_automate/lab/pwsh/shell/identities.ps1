# Who a SID belongs to and which version a program has, asked of the host: .NET would tell of this computer. ASCII.

class LabSecurityIdentifier {
    # System.Security.Principal.SecurityIdentifier, as far as its name goes.
    [string]$Value
    LabSecurityIdentifier([string]$value) {
        if ($value -notmatch '^S-1-\d+(-\d+)*$') { throw [System.ArgumentException]::new('Value was invalid.', 'sddlForm') }
        $this.Value = $value
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
