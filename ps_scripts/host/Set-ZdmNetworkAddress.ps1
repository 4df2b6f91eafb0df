function Set-ZdmNetworkAddress {
    <#
    .SYNOPSIS
        Gives the adapter with a MAC address a fixed IPv4 address with its DNS servers, or lets it ask DHCP for both.
    .DESCRIPTION
        By WMI, the same on every release. All IPv4 addresses of the adapter are replaced by the one.
        One that is to ask DHCP and does so already is left as it is.
    .PARAMETER Mac
        The adapter's MAC address, six pairs of digits with dashes.
    .PARAMETER IPAddress
        The address; empty: by DHCP.
    .PARAMETER PrefixLength
        Bits of the network, such as 24.
    .PARAMETER Gateway
        The default gateway; empty: none.
    .PARAMETER ServerAddresses
        The DNS servers in their order; none where it is left out.
    .EXAMPLE
        Set-ZdmNetworkAddress -Mac 00-15-5D-10-00-02 -IPAddress 192.168.16.10 -PrefixLength 24 -ServerAddresses 192.168.16.2
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmNetworkConfig
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^([0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}$')]
        [string]$Mac,

        [Parameter(Mandatory = $true)]
        [AllowEmptyString()]
        [ValidatePattern('^(([0-9]{1,3}\.){3}[0-9]{1,3})?$')]
        [string]$IPAddress,

        [Parameter(Mandatory = $false)]
        [ValidateRange(1, 31)]
        [int]$PrefixLength = 24,

        [Parameter(Mandatory = $false)]
        [ValidatePattern('^(([0-9]{1,3}\.){3}[0-9]{1,3})?$')]
        [string]$Gateway = '',

        [Parameter(Mandatory = $false)]
        [string[]]$ServerAddresses = @()
    )
    $find = {
        $found = @(Get-WmiObject -Class Win32_NetworkAdapterConfiguration | Where-Object { $null -ne $_ -and ([string]$_.MACAddress).Replace(':', '-') -eq $Mac })
        if ($found.Count -eq 0) { Stop-ZdmVerb -Code NotFound -Message "There is no adapter with the MAC address $Mac." -Target $Mac -Category ObjectNotFound }
        # a virtual switch or a team bears the address of its card, which carries no IP then
        $carrying = @($found | Where-Object { $_.IPEnabled })
        if ($carrying.Count -gt 1) { Stop-ZdmVerb -Code Ambiguous -Message "There are $($carrying.Count) adapters with the MAC address $Mac." -Target $Mac }
        if ($carrying.Count -eq 1) { return $carrying[0] }
        return $found[0]
    }
    $read = {
        param($Config)
        $addresses = @()
        $masks = @()
        $all = @($Config.IPAddress)
        for ($i = 0; $i -lt $all.Count; $i++) {
            if ([string]$all[$i] -notmatch '^\d+\.\d+\.\d+\.\d+$') { continue }
            $addresses += [string]$all[$i]
            $masks += [string]@($Config.IPSubnet)[$i]
        }
        @{
            DhcpEnabled     = [bool]$Config.DHCPEnabled
            Addresses       = [string[]]$addresses
            Masks           = [string[]]$masks
            Gateways        = [string[]]@($Config.DefaultIPGateway | Where-Object { [string]$_ -match '^\d+\.\d+\.\d+\.\d+$' })
            ServerAddresses = [string[]]@($Config.DNSServerSearchOrder | Where-Object { $null -ne $_ })
        }
    }
    $call = {
        param([string]$What, $Answer)
        # 1: done, after a restart; 81: it was fixed already, and the address is changed all the same
        $code = [int]$Answer.ReturnValue
        if ($code -ne 0 -and $code -ne 1 -and $code -ne 81) {
            Stop-ZdmVerb -Code NativeExit -Message "$What of the adapter $Mac ended with code $code." -Target $Mac
        }
        if ($code -eq 1) { $reboots.Wanted = $true }
    }
    $reboots = @{ Wanted = $false }
    $mask = (@(0..3 | ForEach-Object { 256 - [math]::Pow(2, 8 - [math]::Min(8, [math]::Max(0, $PrefixLength - 8 * $_))) }) -join '.')
    $fits = {
        param([hashtable]$Now)
        if ($IPAddress -eq '') { return $Now.DhcpEnabled }
        if ($Now.DhcpEnabled -or ($Now.Addresses -join ' ') -ne $IPAddress -or ($Now.Masks -join ' ') -ne $mask) { return $false }
        return ($Now.Gateways -join ' ') -eq $Gateway -and ($Now.ServerAddresses -join ' ') -eq ($ServerAddresses -join ' ')
    }
    $config = & $find
    $before = & $read $config
    if ((& $fits $before) -or -not $PSCmdlet.ShouldProcess($Mac, "set the address '$IPAddress'")) {
        New-ZdmChange -Verb 'Set-ZdmNetworkAddress' -Target $Mac -Changed $false -Before $before -After $before
        return
    }
    if ($IPAddress -eq '') {
        & $call 'EnableDHCP' $config.EnableDHCP()
        & $call 'SetDNSServerSearchOrder' $config.SetDNSServerSearchOrder($null)
    }
    else {
        & $call 'EnableStatic' $config.EnableStatic([string[]]@($IPAddress), [string[]]@($mask))
        # the adapter's own address in its place takes a gateway away
        $way = $Gateway
        if ($way -eq '') { $way = $IPAddress }
        if ($Gateway -ne '' -or @($before.Gateways).Count -gt 0) {
            & $call 'SetGateways' $config.SetGateways([string[]]@($way), [uint16[]]@(1))
        }
        $servers = $null
        if ($ServerAddresses.Count -gt 0) { $servers = $ServerAddresses }
        & $call 'SetDNSServerSearchOrder' $config.SetDNSServerSearchOrder($servers)
    }
    # WMI shows a new address a moment after it was set
    $after = & $read (& $find)
    for ($tries = 0; $tries -lt 10 -and -not (& $fits $after); $tries++) {
        Start-Sleep -Seconds 1
        $after = & $read (& $find)
    }
    if (-not (& $fits $after)) {
        $shown = "$($after.Addresses -join ' ') by $($after.Gateways -join ' '), DNS $($after.ServerAddresses -join ' ')"
        Stop-ZdmVerb -Code VerifyFailed -Message "The adapter $Mac has $shown after the change; '$IPAddress' was wanted." -Target $Mac
    }
    $record = @{ Verb = 'Set-ZdmNetworkAddress'; Target = $Mac; Changed = $true; Before = $before; After = $after; RebootRequired = $reboots.Wanted }
    New-ZdmChange @record
}
