function Set-ZdmDhcpReservation {
    <#
    .SYNOPSIS
        Makes a reservation, or changes client, name, description or type of one that is there.
    .DESCRIPTION
        The options of a reservation stay with it. netsh (2008 R2 and older) can only delete and add, which would lose them:
        there a reservation that is there in another form is refused.
    .PARAMETER ScopeId
        The scope's id, such as 192.168.16.0.
    .PARAMETER IpAddress
        The reserved address.
    .PARAMETER ClientId
        The client's id in hexadecimal digits, with or without hyphens; for most clients the MAC address.
    .PARAMETER Name
        The reservation's name.
    .PARAMETER Description
        The reservation's comment.
    .PARAMETER Type
        Dhcp, Bootp or Both.
    .EXAMPLE
        Set-ZdmDhcpReservation -ScopeId 192.168.16.0 -IpAddress 192.168.16.60 -ClientId 00-15-5d-0a-0b-0c -Name printer
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmDhcpReservation
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^\d+\.\d+\.\d+\.\d+$')]
        [string]$ScopeId,

        [Parameter(Mandatory = $true)]
        [ValidatePattern('^\d+\.\d+\.\d+\.\d+$')]
        [string]$IpAddress,

        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[0-9A-Fa-f]{2}(-?[0-9A-Fa-f]{2})+$')]
        [string]$ClientId,

        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Name,

        [Parameter(Mandatory = $false)]
        [string]$Description = '',

        [Parameter(Mandatory = $false)]
        [ValidateSet('Dhcp', 'Bootp', 'Both')]
        [string]$Type = 'Both'
    )
    $way = Get-ZdmDhcpWay
    if ($way -eq 'none') { Stop-ZdmVerb -Code Precondition -Message 'This host has no DHCP server.' -Target 'DHCPServer' }
    $digits = $ClientId.Replace('-', '').ToLowerInvariant()
    $client = [regex]::Replace($digits, '(..)(?!$)', '$1-')
    $read = {
        $state = @{ Exists = $false; ClientId = $null; Name = $null; Description = $null; Type = $null }
        if ($way -eq 'module') {
            foreach ($kept in @(Get-DhcpServerv4Reservation -ScopeId $ScopeId)) {
                if ($null -eq $kept -or [string]$kept.IPAddress -ne $IpAddress) { continue }
                return @{
                    Exists      = $true
                    ClientId    = ([string]$kept.ClientId).ToLowerInvariant()
                    Name        = [string]$kept.Name
                    Description = [string]$kept.Description
                    Type        = [string]$kept.Type
                }
            }
            return $state
        }
        $known = $false
        $scope = '(?i)^\s*dhcp server \S+ add scope ' + [regex]::Escape($ScopeId) + ' '
        $line = '(?i)^\s*dhcp server \S+ scope ' + [regex]::Escape($ScopeId) + ' add reservedip ' + [regex]::Escape($IpAddress)
        foreach ($text in @(Invoke-ZdmDhcpNetsh -Words 'dump')) {
            if ($text -match $scope) { $known = $true }
            if ($text -notmatch ($line + ' ([0-9a-f]+) "(.*)" "(.*)" "(\w+)"')) { continue }
            return @{
                Exists      = $true
                ClientId    = [regex]::Replace($Matches[1].ToLowerInvariant(), '(..)(?!$)', '$1-')
                Name        = $Matches[2]
                Description = $Matches[3]
                Type        = $Matches[4].Substring(0, 1).ToUpperInvariant() + $Matches[4].Substring(1).ToLowerInvariant()
            }
        }
        if (-not $known) { Stop-ZdmVerb -Code NotFound -Message "There is no scope $ScopeId." -Target $ScopeId -Category ObjectNotFound }
        return $state
    }
    $same = {
        param($State)
        # By the letter: -ceq takes text for equal that only looks so.
        $named = [string]::Equals($State.Name, $Name) -and [string]::Equals($State.Description, $Description)
        $State.Exists -and $named -and $State.ClientId -eq $client -and $State.Type -eq $Type
    }
    $before = & $read
    if ((& $same $before) -or -not $PSCmdlet.ShouldProcess($IpAddress, "reserve for $client")) {
        New-ZdmChange -Verb 'Set-ZdmDhcpReservation' -Target $IpAddress -Changed $false -Before $before -After $before
        return
    }
    if ($way -eq 'module') {
        $setting = @{ IPAddress = $IpAddress; ClientId = $client; Name = $Name; Description = $Description; Type = $Type }
        if ($before.Exists) { Set-DhcpServerv4Reservation @setting } else { Add-DhcpServerv4Reservation -ScopeId $ScopeId @setting }
    }
    else {
        if ($before.Exists) {
            $message = "$IpAddress is reserved in another form; netsh can only delete and add it, which would lose its options."
            Stop-ZdmVerb -Code AlreadyExists -Message $message -Target $IpAddress
        }
        # An empty argument would be dropped on the way and the type taken for the comment.
        $comment = $Description
        if ($comment -eq '') { $comment = '""' }
        $null = Invoke-ZdmDhcpNetsh -Words 'scope', $ScopeId, 'add', 'reservedip', $IpAddress, $digits, $Name, $comment, $Type.ToUpperInvariant()
    }
    $after = & $read
    if (-not (& $same $after)) {
        $shown = '{0} {1} {2} {3}' -f $after.ClientId, $after.Name, $after.Description, $after.Type
        Stop-ZdmVerb -Code VerifyFailed -Message "$IpAddress shows '$shown' after the change." -Target $IpAddress
    }
    New-ZdmChange -Verb 'Set-ZdmDhcpReservation' -Target $IpAddress -Changed $true -Before $before -After $after
}
