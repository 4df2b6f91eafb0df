# How the stub of ExchangeOnlineManagement asks the lab's tenant: a line of JSON, and one back. ASCII.

$script:LabDoor = Get-Content -Raw -LiteralPath "$PSScriptRoot/door.json" | ConvertFrom-Json
$client = [System.Net.Sockets.TcpClient]::new('127.0.0.1', [int]$script:LabDoor.port)
$client.NoDelay = $true
$stream = $client.GetStream()
$script:LabReader = [System.IO.StreamReader]::new($stream, [System.Text.Encoding]::UTF8)
$script:LabWriter = [System.IO.StreamWriter]::new($stream, [System.Text.UTF8Encoding]::new($false))
$script:LabWriter.NewLine = "`n"
$script:LabWriter.AutoFlush = $true

function Write-ErrorMessage {
    # An error under the name by which the real module writes it.
    [CmdletBinding()]
    param([string]$Id, [string]$Message, [string]$Category)
    $problem = [System.Exception]::new($Message)
    $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new($problem, $Id, $Category, $null))
}

function Send-LabTenant {
    # One message to the tenant, and its reply.
    param([hashtable]$Message)
    $Message['key'] = $script:LabDoor.key
    $script:LabWriter.WriteLine((ConvertTo-Json -InputObject $Message -Depth 8 -Compress))
    $line = $script:LabReader.ReadLine()
    if ($null -eq $line) { throw 'The lab has ended.' }
    return ConvertFrom-Json -InputObject $line -Depth 20
}

function ConvertTo-LabTenantValue {
    # An argument as JSON can say it; a credential as name and password, which stay on this machine.
    param($Value)
    if ($null -eq $Value -or $Value -is [string] -or $Value.GetType().IsPrimitive) { return $Value }
    if ($Value -is [switch]) { return [bool]$Value }
    if ($Value -is [byte[]]) { return @{ '$bytes' = [System.Convert]::ToBase64String($Value) } }
    if ($Value -is [datetime]) { return @{ '$moment' = $Value.ToUniversalTime().ToString('o') } }
    if ($Value -is [pscredential]) {
        return @{ '$user' = $Value.UserName; '$password' = $Value.GetNetworkCredential().Password }
    }
    if ($Value -is [System.Collections.IEnumerable] -and $Value -isnot [System.Collections.IDictionary]) {
        return , @($Value | ForEach-Object { ConvertTo-LabTenantValue -Value $_ })
    }
    return $Value
}

function Connect-LabTenant {
    # The certificate is opened as .NET opens it; the cmdlets exist from then on, those that were asked for.
    param($Bound)
    if (-not $Bound.ContainsKey('AppId')) { throw 'the lab models connections of an application with its certificate only.' }
    if ($Bound.ContainsKey('CertificateThumbprint')) {
        throw "The certificate with the thumbprint $($Bound['CertificateThumbprint']) was not found in the store."
    }
    $file = [string]$Bound['CertificateFilePath']
    $word = [string]::Empty
    if ($Bound.ContainsKey('CertificatePassword')) { $word = [System.Net.NetworkCredential]::new('', $Bound['CertificatePassword']).Password }
    $found = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new($file, $word)
    $request = @{ op = 'connect'; app_id = $Bound['AppId']; organization = $Bound['Organization']; thumbprint = $found.Thumbprint }
    $reply = Send-LabTenant -Message $request
    if ($reply.PSObject.Properties['error']) { throw $reply.error.message }
    if ($null -eq (Get-Module -Name tmpEXO_lab)) {
        $names = @($Bound['CommandName'] | Where-Object { $_ })
        $files = @([System.IO.Directory]::GetFiles("$PSScriptRoot/cmdlets"))
        if ($names.Count -gt 0) { $files = @($files | Where-Object { $names -contains [System.IO.Path]::GetFileNameWithoutExtension($_) }) }
        $text = @($files | ForEach-Object { [System.IO.File]::ReadAllText($_) }) -join "`n"
        New-Module -Name tmpEXO_lab -ScriptBlock ([scriptblock]::Create($text)) | Import-Module -Global -DisableNameChecking
    }
}

function global:Invoke-LabTenant {
    # The body of a stub: its parameters to the tenant, the answer back.
    param($Cmdlet, [string]$Name, $Bound)
    & (Get-Module -Name ExchangeOnlineManagement) {
        param($Cmdlet, $Name, $Bound)
        $plain = [System.Management.Automation.PSCmdlet]::CommonParameters
        $given = @{}
        foreach ($key in @($Bound.Keys)) {
            if ($plain -notcontains $key) { $given[$key] = ConvertTo-LabTenantValue -Value $Bound[$key] }
        }
        $reply = Send-LabTenant -Message @{ op = 'cmdlet'; name = $Name; parameters = $given }
        foreach ($text in @($reply.warnings)) { if ($text) { $Cmdlet.WriteWarning($text) } }
        foreach ($row in @($reply.rows)) {
            # some versions make a BigInteger of every whole number in JSON
            foreach ($one in @($row.PSObject.Properties)) { if ($one.Value -is [bigint]) { $one.Value = [long]$one.Value } }
            $row
        }
        if ($reply.PSObject.Properties['error']) {
            $id = $reply.error.id -replace ',Write-ErrorMessage$', ''
            Write-ErrorMessage -Id $id -Message $reply.error.message -Category $reply.error.category
        }
    } $Cmdlet $Name $Bound
}
