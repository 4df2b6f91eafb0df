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

class LabFile {
    # System.IO.File over the files of the host.
    static [object] Ask([string]$name, [object[]]$words) {
        $reply = Send-LabRequest -Message @{ Op = 'file'; Name = $name; Words = $words }
        if ($reply.ContainsKey('Error')) { throw [System.IO.IOException]::new($reply['Error']['Message']) }
        return $reply
    }
    static [bool] Exists([string]$path) { return [LabFile]::Ask('File.Exists', @($path))['Value'] }
    static [datetime] GetLastWriteTimeUtc([string]$path) { return ([LabFile]::Ask('Time', @($path))['Value']).ToUniversalTime() }
    static [string] ReadAllText([string]$path, [System.Text.Encoding]$encoding) { return [LabFile]::Ask('File.ReadAllText', @($path))['Value'] }
    static [void] WriteAllText([string]$path, [string]$text, [System.Text.Encoding]$encoding) { [LabFile]::Ask('File.WriteAllText', @($path, $text)) }
    static [System.IO.FileAttributes] GetAttributes([string]$path) { return [System.IO.FileAttributes][int][LabFile]::Ask('Attributes', @($path))['Value'] }
    static [object] GetAccessControl([string]$path) {
        $found = [LabSecurity]::new()
        $found.Sddl = [LabFile]::Ask('Sddl', @($path))['Value']
        return $found
    }
    static [object] Open([string]$path, [System.IO.FileMode]$mode, [System.IO.FileAccess]$access, [System.IO.FileShare]$share) {
        if ($mode -ne [System.IO.FileMode]::Open -or $access -ne [System.IO.FileAccess]::Read) { throw [System.NotSupportedException]::new('the lab opens files for reading only.') }
        return [LabStream]::new($path)
    }
}

class LabSecurity {
    # FileSecurity or DirectorySecurity: its text form, which the world keeps.
    [string]$Sddl
    [string] GetSecurityDescriptorSddlForm([object]$sections) {
        # 8: the group is asked for.
        if (([int]$sections -band 8) -ne 0) { return $this.Sddl }
        return $this.Sddl -creplace 'G:(S-[0-9-]+|[A-Z]{2})', ''
    }
}

class LabStream {
    # System.IO.FileStream, read only: every reading asks for the bytes of that moment.
    [string]$Path
    [long]$Position = 0
    LabStream([string]$path) { $this.Path = $path }
    [long] Seek([long]$offset, [System.IO.SeekOrigin]$origin) {
        if ($origin -eq [System.IO.SeekOrigin]::End) { $offset += [long][LabFile]::Ask('Read', @($this.Path, '0', '0'))['Length'] }
        elseif ($origin -eq [System.IO.SeekOrigin]::Current) { $offset += $this.Position }
        $this.Position = $offset
        return $offset
    }
    [int] Read([byte[]]$buffer, [int]$start, [int]$count) {
        $got = [System.Convert]::FromBase64String([LabFile]::Ask('Read', @($this.Path, [string]$this.Position, [string]$count))['Value'])
        [System.Array]::Copy($got, 0, $buffer, $start, $got.Length)
        $this.Position += $got.Length
        return $got.Length
    }
    [void] Close() { $this.Position = 0 }
}

class LabDirectory {
    # System.IO.Directory over the folders of the host.
    static [bool] Exists([string]$path) { return [LabFile]::Ask('Directory.Exists', @($path))['Value'] }
    static [datetime] GetLastWriteTimeUtc([string]$path) { return ([LabFile]::Ask('Time', @($path))['Value']).ToUniversalTime() }
    static [string[]] GetDirectories([string]$path) { return @([LabFile]::Ask('Directory.GetDirectories', @($path))['Value']) }
    static [string[]] GetFiles([string]$path) { return @([LabFile]::Ask('Directory.GetFiles', @($path))['Value']) }
    static [object] GetAccessControl([string]$path) { return [LabFile]::GetAccessControl($path) }
    static [object] CreateDirectory([string]$path) { return [LabFile]::Ask('Directory.CreateDirectory', @($path)) }
    static [void] Move([string]$source, [string]$target) { [LabFile]::Ask('Directory.Move', @($source, $target)) }
}

class LabFileInfo {
    # System.IO.FileInfo, as a listing gives it.
    [string]$Name
    [long]$Length
    [System.IO.FileAttributes]$Attributes
    [datetime]$LastWriteTimeUtc
}

class LabDirectoryInfo {
    # System.IO.DirectoryInfo over the folders of the host.
    [string]$FullName
    [string]$Name
    [System.IO.FileAttributes]$Attributes
    LabDirectoryInfo([string]$path) {
        $this.FullName = $path
        $this.Name = $path.Substring($path.LastIndexOf('\') + 1)
    }
    [object[]] GetFiles() {
        $found = @()
        foreach ($row in @([LabFile]::Ask('Infos', @($this.FullName))['Value'])) {
            if ($null -eq $row) { continue }
            $file = [LabFileInfo]::new()
            $file.Name = $row['Name']
            $file.Length = $row['Length']
            $file.Attributes = [System.IO.FileAttributes][int]$row['Attributes']
            $file.LastWriteTimeUtc = ([datetime]$row['LastWriteTimeUtc']).ToUniversalTime()
            $found += $file
        }
        return $found
    }
    [object[]] GetDirectories() {
        $found = @()
        foreach ($path in @([LabFile]::Ask('Directory.GetDirectories', @($this.FullName))['Value'])) {
            if ($null -eq $path) { continue }
            $folder = [LabDirectoryInfo]::new($path)
            $folder.Attributes = [LabFile]::GetAttributes($path)
            $found += $folder
        }
        return $found
    }
}

class LabTaskService {
    # The object Schedule.Service of a host before 2012, its root folder, and the tasks in it.
    static [object] Ask([hashtable]$message) {
        $message['Op'] = 'com'
        $reply = Send-LabRequest -Message $message
        if ($reply.ContainsKey('Error')) {
            $facts = $reply['Error']
            throw (New-LabError -Id $facts['Id'] -Message $facts['Message'] -Category $facts['Category'] -Target $facts['Target'])
        }
        return $reply
    }
    [void] Connect() { }
    [object] GetFolder([string]$path) {
        if ($path -ne '\') { throw [System.NotSupportedException]::new('the lab models the root folder of tasks only.') }
        return [LabTaskFolder]::new()
    }
}

class LabTaskFolder {
    [object[]] GetTasks([int]$flags) {
        $found = @()
        foreach ($row in @([LabTaskService]::Ask(@{ Name = 'Tasks' })['Value'])) {
            if ($null -eq $row) { continue }
            $task = [LabTask]::new()
            $task.Name = $row['Name']
            $task.State = $row['State']
            $task.LastTaskResult = $row['LastTaskResult']
            $found += $task
        }
        return $found
    }
    [object] GetTask([string]$name) {
        $task = [LabTask]::new()
        $task.Name = $name
        return $task
    }
    [object] RegisterTask([string]$name, [string]$xml, [int]$flags, [string]$user, [object]$secret, [int]$logon) {
        return [LabTaskService]::Ask(@{ Name = 'Register'; Task = $name; Xml = $xml; User = $user; Secret = $secret })
    }
    [void] DeleteTask([string]$name, [int]$flags) { [LabTaskService]::Ask(@{ Name = 'Delete'; Task = $name }) }
}

class LabTask {
    [string]$Name
    [int]$State
    [int]$LastTaskResult
    [object] Run([object]$parameters) { return [LabTaskService]::Ask(@{ Name = 'Run'; Task = $this.Name }) }
    [void] Stop([int]$flags) { [LabTaskService]::Ask(@{ Name = 'End'; Task = $this.Name }) }
}

$accelerators = [psobject].Assembly.GetType('System.Management.Automation.TypeAccelerators')
$null = $accelerators::Remove('Microsoft.Management.Infrastructure.CimInstance')
$accelerators::Add('Microsoft.Management.Infrastructure.CimInstance', [LabCimInstance])
$null = $accelerators::Remove('System.Management.ManagementDateTimeConverter')
$accelerators::Add('System.Management.ManagementDateTimeConverter', [LabManagementDateTimeConverter])
$null = $accelerators::Remove('System.IO.File')
$accelerators::Add('System.IO.File', [LabFile])
$null = $accelerators::Remove('System.IO.Directory')
$accelerators::Add('System.IO.Directory', [LabDirectory])
$null = $accelerators::Remove('System.IO.DirectoryInfo')
$accelerators::Add('System.IO.DirectoryInfo', [LabDirectoryInfo])
$null = $accelerators::Remove('System.IO.FileInfo')
$accelerators::Add('System.IO.FileInfo', [LabFileInfo])
