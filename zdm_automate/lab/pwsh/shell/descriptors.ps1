# Security descriptors and the classes of WMI that a script makes objects of. Hosts before 2012 alone need them. ASCII.

class LabManagementBaseObject : System.Collections.Hashtable {
    # System.Management.ManagementBaseObject: what CreateInstance gives, to be filled in and handed to a method.
    LabManagementBaseObject() : base([System.StringComparer]::OrdinalIgnoreCase) { }
}

class LabManagementClass {
    # System.Management.ManagementClass, as far as objects are made of it and shares by it.
    hidden [string]$Name
    LabManagementClass([string]$name) { $this.Name = $name }
    [object] CreateInstance() { return [LabManagementBaseObject]::new() }
    [object] GetMethodParameters([string]$method) { return [LabManagementBaseObject]::new() }
    [object] InvokeMethod([string]$method, [LabManagementBaseObject]$given, [object]$options) {
        $names = [string[]]@($given.Keys)
        $values = @(foreach ($name in $names) { , $given[$name] })
        return Invoke-LabMethod -Object @{} -Class $this.Name -Name $method -Names $names -Values $values
    }
}

class LabAce {
    # CommonAce.
    [int]$AceType
    [int]$AceFlags
    [int]$AccessMask
    [object]$SecurityIdentifier
}

class LabRawSecurityDescriptor {
    # System.Security.AccessControl.RawSecurityDescriptor: the world reads the text and writes it as Windows does.
    hidden [string]$Text
    [int]$ControlFlags
    [object]$Owner
    [object]$Group
    [object[]]$DiscretionaryAcl
    LabRawSecurityDescriptor([string]$text) {
        $reply = Send-LabRequest -Message @{ Op = 'sddl'; Name = 'Sddl'; Text = $text }
        if ($reply.ContainsKey('Error')) {
            $facts = $reply['Error']
            throw (New-LabError -Id $facts['Id'] -Message $facts['Message'] -Category $facts['Category'] -Target $facts['Target'])
        }
        $read = $reply['Value']
        $this.Text = $read['Text']
        $this.ControlFlags = $read['ControlFlags']
        $this.Owner = New-Object -TypeName System.Security.Principal.SecurityIdentifier -ArgumentList $read['Owner']
        $this.Group = New-Object -TypeName System.Security.Principal.SecurityIdentifier -ArgumentList $read['Group']
        $lines = @()
        foreach ($row in $read['Lines']) {
            $ace = [LabAce]::new()
            $ace.AceType = $row['AceType']
            $ace.AceFlags = $row['AceFlags']
            $ace.AccessMask = $row['AccessMask']
            $ace.SecurityIdentifier = New-Object -TypeName System.Security.Principal.SecurityIdentifier -ArgumentList $row['Sid']
            $lines += $ace
        }
        $this.DiscretionaryAcl = $lines
    }
    [string] GetSddlForm([object]$sections) {
        # 14: access, owner and group.
        if ([int]$sections -ne 14) { throw [System.NotSupportedException]::new('the lab writes access, owner and group together.') }
        return $this.Text
    }
}

$accelerators = [psobject].Assembly.GetType('System.Management.Automation.TypeAccelerators')
$own = @{
    'System.Management.ManagementBaseObject'              = [LabManagementBaseObject]
    'System.Management.ManagementClass'                   = [LabManagementClass]
    'System.Security.AccessControl.RawSecurityDescriptor' = [LabRawSecurityDescriptor]
}
foreach ($name in $own.Keys) {
    $null = $accelerators::Remove($name)
    $accelerators::Add($name, $own[$name])
}
