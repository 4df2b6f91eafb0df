function Set-ZdmRemoting {
    <#
    .SYNOPSIS
        Turns remote administration of a computer on or off, and says whom the firewall lets in for it.
    .DESCRIPTION
        On is Enable-PSRemoting, whatever kind of network the computer takes its own for. Off stops the service, which
        starts no more by itself; a listener stays, and a session over WinRM ends with it. Rules that are not named are left as that leaves them.
    .PARAMETER State
        On or Off.
    .PARAMETER Rule
        Rules of the firewall for remote management as Get-ZdmRemoting shows them: name, on or off, whom it lets in.
    .EXAMPLE
        Set-ZdmRemoting -State On -Rule 'WINRM-HTTP-In-TCP on 192.168.16.0/24'
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 5.1
        Reader: Get-ZdmRemoting
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateSet('On', 'Off')]
        [string]$State,

        [Parameter(Mandatory = $false)]
        [ValidatePattern('^[A-Za-z0-9._{}-]{1,100} (on|off) [A-Za-z0-9.:/,-]{1,900}$')]
        [string[]]$Rule = @()
    )
    $before = Get-ZdmRemotingRow
    foreach ($one in $Rule) {
        $name = $one.Split(' ')[0]
        if (@($before.Rules | Where-Object { $_.Split(' ')[0] -eq $name }).Count -eq 0) {
            Stop-ZdmVerb -Code NotFound -Message "There is no rule '$name' for remote management." -Target $name -Category ObjectNotFound
        }
    }
    $fits = {
        param([hashtable]$Now)
        if ($Now.State -ne $State) { return $false }
        return @($Rule | Where-Object { $Now.Rules -notcontains $_ }).Count -eq 0
    }
    if ((& $fits $before) -or -not $PSCmdlet.ShouldProcess('WinRM', "turn $State")) {
        New-ZdmChange -Verb 'Set-ZdmRemoting' -Target 'WinRM' -Changed $false -Before $before -After $before
        return
    }
    if ($before.State -ne $State) {
        if ($State -eq 'On') { $null = Enable-PSRemoting -SkipNetworkProfileCheck -Force }
        else {
            Set-Service -Name WinRM -StartupType Manual
            Stop-Service -Name WinRM -Force
        }
    }
    $now = Get-ZdmRemotingRow
    foreach ($one in @($Rule | Where-Object { $now.Rules -notcontains $_ })) {
        $words = $one.Split(' ')
        $enabled = 'False'
        if ($words[1] -eq 'on') { $enabled = 'True' }
        Set-NetFirewallRule -Name $words[0] -Enabled $enabled -RemoteAddress $words[2].Split(',')
    }
    $after = Get-ZdmRemotingRow
    if (-not (& $fits $after)) {
        $message = "Remote administration is $($after.State) after the change, with the rules $($after.Rules -join '; '); $State with $($Rule -join '; ') was wanted."
        Stop-ZdmVerb -Code VerifyFailed -Message $message -Target 'WinRM'
    }
    New-ZdmChange -Verb 'Set-ZdmRemoting' -Target 'WinRM' -Changed $true -Before $before -After $after
}
