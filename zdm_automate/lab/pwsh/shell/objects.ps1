# Types that exist only on Windows and that a script of the lab may name. ASCII.

class LabCimInstance {
    # Microsoft.Management.Infrastructure.CimInstance by its copying constructor: embedded instances are copied too.
    LabCimInstance([object]$source) {
        foreach ($name in $source.PSObject.TypeNames) {
            if ($name -like '*#*') { $this.PSObject.TypeNames.Insert(0, $name) }
        }
        foreach ($property in $source.PSObject.Properties) {
            $value = $property.Value
            if ($value -is [System.Management.Automation.PSCustomObject]) { $value = [LabCimInstance]::new($value) }
            $this.PSObject.Properties.Add([System.Management.Automation.PSNoteProperty]::new($property.Name, $value))
        }
    }
}

class LabManagementDateTimeConverter {
    # System.Management.ManagementDateTimeConverter: yyyymmddHHMMSS.ffffff and the offset from UTC in minutes.
    static [datetime] ToDateTime([string]$dmtf) {
        if ($dmtf -notmatch '^(\d{14})\.(\d{6})([+-]\d{3})$') { throw [System.ArgumentOutOfRangeException]::new('dmtfDate') }
        $invariant = [System.Globalization.CultureInfo]::InvariantCulture
        $local = [datetime]::ParseExact($Matches[1], 'yyyyMMddHHmmss', $invariant).AddTicks(10 * [long]$Matches[2])
        return [datetime]::SpecifyKind($local.AddMinutes(-1 * [int]$Matches[3]), [System.DateTimeKind]::Utc).ToLocalTime()
    }
}

$accelerators = [psobject].Assembly.GetType('System.Management.Automation.TypeAccelerators')
$null = $accelerators::Remove('Microsoft.Management.Infrastructure.CimInstance')
$accelerators::Add('Microsoft.Management.Infrastructure.CimInstance', [LabCimInstance])
$null = $accelerators::Remove('System.Management.ManagementDateTimeConverter')
$accelerators::Add('System.Management.ManagementDateTimeConverter', [LabManagementDateTimeConverter])
