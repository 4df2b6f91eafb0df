# What the held PowerShell of this computer does for Exchange Online: it connects with a certificate, keeps connected, runs
# commands. It comes on standard input and is run once; the certificate's password stays in this process as a SecureString.

$ZdmOnlineLogin = @{}

function Connect-ZdmOnline {
    # Loads the module and connects; a login that is given is kept for connecting anew.
    param([hashtable]$Arguments)
    if ($null -ne $Arguments) { $script:ZdmOnlineLogin = $Arguments }
    $login = $script:ZdmOnlineLogin
    if ($null -eq (Get-Module -Name ExchangeOnlineManagement)) {
        Import-Module -Name $login['Module'] -Global -DisableNameChecking -ErrorAction Stop
    }
    $given = @{
        AppId                 = $login['AppId']
        Organization          = $login['Organization']
        CommandName           = $login['Commands']
        ShowBanner            = $false
        ShowProgress          = $false
        SkipLoadingFormatData = $true
        ErrorAction           = 'Stop'
    }
    foreach ($name in 'CertificateFilePath', 'CertificateThumbprint', 'CertificatePassword') {
        if ($null -ne $login[$name]) { $given[$name] = $login[$name] }
    }
    Connect-ExchangeOnline @given
}

function Confirm-ZdmOnline {
    # The connection that is alive; one whose token or session has ended is taken away and made anew before anything is sent.
    param([bool]$Renew)
    $found = @(Get-ConnectionInformation)
    $live = @($found | Where-Object { $_.State -eq 'Connected' -and $_.TokenStatus -eq 'Active' })
    if ($Renew -or $live.Count -eq 0) {
        if ($found.Count -gt 0) { Disconnect-ExchangeOnline -Confirm:$false }
        Connect-ZdmOnline
        $live = @(Get-ConnectionInformation)
    }
    return [pscustomobject]@{ ComputerName = $script:ZdmOnlineLogin['Organization']; ConnectionId = [string]$live[0].ConnectionId }
}

function ConvertTo-ZdmOnlineValue {
    # A value of a kind that text alone does not tell.
    param([string]$Kind, $Value)
    switch ($Kind) {
        'bytes' { return , ([System.Convert]::FromBase64String($Value)) }
        'moment' {
            $style = [System.Globalization.DateTimeStyles]'AdjustToUniversal, AssumeUniversal'
            return [datetime]::Parse($Value, [System.Globalization.CultureInfo]::InvariantCulture, $style)
        }
    }
    return , $Value
}

function Invoke-ZdmOnline {
    # One command, or two of which the second takes the objects of the first. A parameter comes as `place|kind|name`.
    param([hashtable]$Arguments)
    $null = Confirm-ZdmOnline -Renew ([bool]$Arguments['renew'])
    $names = @($Arguments['commands'])
    $given = @($names | ForEach-Object { @{} })
    foreach ($key in @($Arguments.Keys)) {
        $place, $kind, $parameter = $key.Split('|', 3)
        if ($null -ne $parameter) { $given[[int]$place][$parameter] = ConvertTo-ZdmOnlineValue -Kind $kind -Value $Arguments[$key] }
    }
    $first, $second = $given[0], $given[-1]
    if ($names.Count -eq 1) { & $names[0] @first }
    else { & $names[0] @first | & $names[1] @second }
}
