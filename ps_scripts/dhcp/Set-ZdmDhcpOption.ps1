function Set-ZdmDhcpOption {
    <#
    .SYNOPSIS
        Sets the value of one option on server, scope or reservation level.
    .DESCRIPTION
        The type has to be the one that the option's definition has. Where the module is there, the server asks the addresses
        of option 6 whether they answer as DNS servers, and refuses the value where one does not.
    .PARAMETER Level
        Server, Scope or Reservation.
    .PARAMETER ScopeId
        The scope's id; empty on server level.
    .PARAMETER Reservation
        The reserved address; empty on other levels.
    .PARAMETER OptionId
        The option's number.
    .PARAMETER VendorClass
        The vendor class; empty for the standard one.
    .PARAMETER UserClass
        The user class; empty for the standard one.
    .PARAMETER Type
        The option's type as the cmdlets name it.
    .PARAMETER Value
        The value, one text per element.
    .EXAMPLE
        Set-ZdmDhcpOption -Level Scope -ScopeId 192.168.16.0 -OptionId 6 -Type IPv4Address -Value 192.168.16.10
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmDhcpOption
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateSet('Server', 'Scope', 'Reservation')]
        [string]$Level,

        [Parameter(Mandatory = $false)]
        [string]$ScopeId = '',

        [Parameter(Mandatory = $false)]
        [string]$Reservation = '',

        [Parameter(Mandatory = $true)]
        [ValidateRange(1, 254)]
        [int]$OptionId,

        [Parameter(Mandatory = $false)]
        [string]$VendorClass = '',

        [Parameter(Mandatory = $false)]
        [string]$UserClass = '',

        [Parameter(Mandatory = $true)]
        [ValidateSet('Byte', 'Word', 'DWord', 'IPv4Address', 'String', 'BinaryData')]
        [string]$Type,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string[]]$Value
    )
    $way = Get-ZdmDhcpWay
    if ($way -eq 'none') { Stop-ZdmVerb -Code Precondition -Message 'This host has no DHCP server.' -Target 'DHCPServer' }
    if (($Level -ne 'Server' -and $ScopeId -eq '') -or ($Level -eq 'Reservation' -and $Reservation -eq '')) {
        Stop-ZdmVerb -Code Precondition -Message "Level $Level needs the scope, and a reservation its address." -Target $Level
    }
    $target = "option $OptionId of $Level $ScopeId $Reservation".TrimEnd()
    $where = @{}
    if ($Level -eq 'Scope') { $where.ScopeId = $ScopeId }
    if ($Level -eq 'Reservation') { $where.ReservedIP = $Reservation }
    $place = @()
    $verb = 'set optionvalue'
    if ($Level -ne 'Server') { $place = @('scope', $ScopeId) }
    if ($Level -eq 'Reservation') { $verb = "set reservedoptionvalue $Reservation" }
    $read = {
        if ($way -eq 'module') {
            foreach ($option in @(Get-DhcpServerv4OptionValue -All @where)) {
                if ($null -eq $option -or $option.OptionId -ne $OptionId -or [string]$option.PolicyName -ne '') { continue }
                if ([string]$option.VendorClass -eq $VendorClass -and [string]$option.UserClass -eq $UserClass) {
                    return @{ Value = [string[]]@($option.Value) }
                }
            }
            return @{ Value = [string[]]@() }
        }
        $head = [regex]::Escape((($place + @($verb, $OptionId)) -join ' '))
        foreach ($line in @(Invoke-ZdmDhcpNetsh -Words 'dump')) {
            if ($line -notmatch ('(?i)^\s*dhcp server \S+ ' + $head + ' (\w+) (.*)$')) { continue }
            $rest = $Matches[2]
            $classes = @{ vendor = ''; user = '' }
            foreach ($found in [regex]::Matches($rest, '(?i)\b(vendor|user)="([^"]*)"')) {
                $classes[$found.Groups[1].Value.ToLowerInvariant()] = $found.Groups[2].Value
            }
            if ($classes.vendor -ne $VendorClass -or $classes.user -ne $UserClass) { continue }
            $plain = [regex]::Replace($rest, '(?i)\b(vendor|user)="[^"]*"', '')
            return @{ Value = [string[]]@([regex]::Matches($plain, '"([^"]*)"') | ForEach-Object { $_.Groups[1].Value }) }
        }
        return @{ Value = [string[]]@() }
    }
    $before = & $read
    # By the letter, value by value: -ceq takes text for equal that only looks so.
    $mark = [string][char]10
    $wanted = $Value -join $mark
    if ([string]::Equals(($before.Value -join $mark), $wanted) -or -not $PSCmdlet.ShouldProcess($target, "set $($Value -join ', ')")) {
        New-ZdmChange -Verb 'Set-ZdmDhcpOption' -Target $target -Changed $false -Before $before -After $before
        return
    }
    if ($way -eq 'module') {
        $setting = @{ OptionId = $OptionId; Value = $Value }
        if ($VendorClass -ne '') { $setting.VendorClass = $VendorClass }
        if ($UserClass -ne '') { $setting.UserClass = $UserClass }
        Set-DhcpServerv4OptionValue @setting @where
    }
    else {
        $types = @{ Byte = 'BYTE'; Word = 'WORD'; DWord = 'DWORD'; IPv4Address = 'IPADDRESS'; String = 'STRING'; BinaryData = 'BINARY' }
        $words = $place + $verb.Split(' ') + @([string]$OptionId, $types[$Type])
        if ($VendorClass -ne '') { $words += "vendor=$VendorClass" }
        if ($UserClass -ne '') { $words += "user=$UserClass" }
        $null = Invoke-ZdmDhcpNetsh -Words ($words + $Value)
    }
    $after = & $read
    if (-not [string]::Equals(($after.Value -join $mark), $wanted)) {
        Stop-ZdmVerb -Code VerifyFailed -Message "$target shows $($after.Value -join ', ') after the change; $($Value -join ', ') was wanted." -Target $target
    }
    New-ZdmChange -Verb 'Set-ZdmDhcpOption' -Target $target -Changed $true -Before $before -After $after
}
