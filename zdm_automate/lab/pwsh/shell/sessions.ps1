# PowerShell Direct: a session with a guest is a process of its own that plays the guest, opened as PowerShell opens one. ASCII.

function global:Test-LabGiven {
    # Ends where a session command is given what the lab does not model.
    param([string]$Name, $Bound, [string[]]$Known)
    foreach ($key in @($Bound.Keys)) {
        if ($Known -contains $key -or $global:LabBridge.CommonParameters -contains $key) { continue }
        throw (New-LabError -Id NotModelled -Message "the lab does not model $Name -$key." -Category NotImplemented)
    }
}

function global:Use-LabSessionState {
    # A session is open while its guest runs without a break: that is asked of the lab, not of the process that plays the guest.
    if ($global:LabBridge.ContainsKey('Sessions')) { return }
    $global:LabBridge.Sessions = $true
    Import-Module -Name "$PSHOME/Modules/Microsoft.PowerShell.Utility" -Cmdlet Update-TypeData -Scope Local -DisableNameChecking
    $state = {
        $real = [string]$this.Runspace.RunspaceStateInfo.State
        if ($real -ne 'Opened' -or -not $this.PSObject.Properties['LabTicket']) { return $real }
        return (Send-LabRequest -Message @{ Op = 'session'; Name = 'State'; Ticket = $this.LabTicket })['State']
    }
    Update-TypeData -TypeName System.Management.Automation.Runspaces.PSSession -MemberName State -MemberType ScriptProperty -Value $state -Force
}

function global:Open-LabSession {
    # The world says whether anything leads to the guest, and under which ticket; then its process is started.
    param($Cmdlet, $Bound)
    Use-LabSessionState
    $request = @{ Op = 'session'; Name = 'Open'; Account = (ConvertTo-LabPlain -Value $Bound['Credential']) }
    foreach ($key in 'VMName', 'VMId') {
        if ($Bound.ContainsKey($key)) { $request[$key] = [string[]]@($Bound[$key] | ForEach-Object { [string]$_ }) }
    }
    $reply = Send-LabRequest -Message $request
    if ($reply.ContainsKey('Error')) {
        Write-LabReply -Cmdlet $Cmdlet -Reply $reply
        return
    }
    $instance = [System.Management.Automation.Runspaces.PowerShellProcessInstance]::new()
    $start = $instance.Process.StartInfo
    # in this order: a server that is told its configuration late does not take it
    $start.ArgumentList.Clear()
    foreach ($word in '-NoLogo', '-NoProfile', '-ConfigurationFile', [string]$reply['Configuration'], '-s') { $start.ArgumentList.Add($word) }
    $start.Environment['ZDM_LAB_TICKET'] = [string]$reply['Ticket']
    $runspace = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateOutOfProcessRunspace($null, $instance)
    $runspace.Open()
    $session = [System.Management.Automation.Runspaces.PSSession]::Create($runspace, 'VMBus', $Cmdlet)
    $session.PSObject.Properties.Add([System.Management.Automation.PSNoteProperty]::new('LabTicket', [string]$reply['Ticket']))
    return $session
}

function global:Close-LabSession {
    # Ends the process of a session.
    param($Session)
    Microsoft.PowerShell.Core\Remove-PSSession -Session $Session
    $null = Send-LabRequest -Message @{ Op = 'session'; Name = 'Close'; Ticket = $Session.LabTicket }
}

function global:Invoke-LabNewSession {
    # New-PSSession to a guest of this host.
    param($Cmdlet, $Bound)
    Test-LabGiven -Name 'New-PSSession' -Bound $Bound -Known VMName, VMId, Credential
    Open-LabSession -Cmdlet $Cmdlet -Bound $Bound
}

function global:Enter-PSSession {
    # A person at a prompt: nobody sits here.
    throw (New-LabError -Id NotModelled -Message 'the lab does not model the cmdlet Enter-PSSession; the lab cannot answer this.' -Category NotImplemented)
}

function global:Invoke-LabRemoveSession {
    # Remove-PSSession of sessions that were made here.
    param($Cmdlet, $Bound)
    Test-LabGiven -Name 'Remove-PSSession' -Bound $Bound -Known Session
    foreach ($one in $Bound['Session']) { Close-LabSession -Session $one }
}

function global:Invoke-LabInSession {
    # Invoke-Command here, in a session with a guest, or in a guest by its name.
    param($Cmdlet, $Bound)
    Test-LabGiven -Name 'Invoke-Command' -Bound $Bound -Known ScriptBlock, ArgumentList, NoNewScope, InputObject, Session, VMName, VMId, Credential
    if ($Bound.ContainsKey('Session')) { $sessions = @($Bound['Session']) }
    elseif ($Bound.ContainsKey('VMName') -or $Bound.ContainsKey('VMId')) { $sessions = @(Open-LabSession -Cmdlet $Cmdlet -Bound $Bound) }
    else {
        Microsoft.PowerShell.Core\Invoke-Command @Bound
        return
    }
    $given = @{ ScriptBlock = $Bound['ScriptBlock'] }
    if ($Bound.ContainsKey('ArgumentList')) { $given.ArgumentList = $Bound['ArgumentList'] }
    foreach ($one in $sessions) {
        if ([string]$one.State -ne 'Opened') {
            throw (New-LabError -Id 'PSSessionStateBroken' -Message '"The Hyper-V socket target process has ended."' -Category OpenError -Target ([string]$one.ComputerName))
        }
        try { Microsoft.PowerShell.Core\Invoke-Command -Session $one @given }
        finally {
            # what the guest was asked is done: time passes, the lab is saved
            $null = Send-LabRequest -Message @{ Op = 'session'; Name = 'Worked'; Ticket = $one.LabTicket }
            if (-not $Bound.ContainsKey('Session')) { Close-LabSession -Session $one }
        }
    }
}
