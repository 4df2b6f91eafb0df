function Start-ZdmJob {
    <#
    .SYNOPSIS
        Starts a program as a scheduled task that outlives this session, at most once for a job id.
    .DESCRIPTION
        Makes the folder C:\Zdm\jobs\<id> with job.txt and run.cmd, registers a task for run.cmd and starts it. A second
        call with the same id goes on where the first one was cut off and never starts the program twice: run.cmd takes
        its turn by making a folder, which only one can. The password goes to the scheduler and to no file or command line.
        A key that lies in the job's folder as store.key is deleted as soon as the program has ended.
    .PARAMETER JobId
        A GUID that the caller made.
    .PARAMETER Kind
        What kind of work it is, as the caller names it.
    .PARAMETER Label
        What it does, in words, for people who look at it.
    .PARAMETER FilePath
        The program.
    .PARAMETER ArgumentList
        Its arguments, each one by itself and without quotes.
    .PARAMETER WorkingDirectory
        Where it works; an existing folder.
    .PARAMETER LogName
        The log that tells how far it is, a file in the job's folder.
    .PARAMETER Volume
        The drive whose free space shows how far it is, such as E:.
    .PARAMETER TotalBytes
        How much it is about to write, in bytes.
    .PARAMETER TimeoutMinutes
        After this the scheduler ends it; 0 for never.
    .PARAMETER Function
        A function of the toolkit that PowerShell runs in the job, with what it leans on, from a file in the job's folder; then
        FilePath is powershell.exe, and ArgumentList ends with its parameters Path, Log and, of Compare-ZdmTree, Target.
    .PARAMETER Credential
        The account that it runs under; without one the system's own, which has no rights on other machines beyond the computer's.
    .EXAMPLE
        Start-ZdmJob -JobId $id -Kind robocopy -Label 'seed of Data' -FilePath robocopy.exe -ArgumentList $list -LogName robocopy.log -Credential $credential
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmJob
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$')]
        [string]$JobId,

        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[A-Za-z][A-Za-z0-9-]{0,30}$')]
        [string]$Kind,

        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[^\x00-\x1f]{1,200}$')]
        [string]$Label,

        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[^\x00-\x1f"<>|*?]{1,200}$')]
        [string]$FilePath,

        [Parameter(Mandatory = $false)]
        [string[]]$ArgumentList,

        [Parameter(Mandatory = $false)]
        [ValidatePattern('^[A-Za-z]:\\[^\x00-\x1f"<>|*?%]*$')]
        [string]$WorkingDirectory = 'C:\Windows',

        [Parameter(Mandatory = $false)]
        [ValidatePattern('^[A-Za-z0-9._-]{1,60}$')]
        [string]$LogName = 'stdout.log',

        [Parameter(Mandatory = $false)]
        [ValidatePattern('^([A-Za-z]:)?$')]
        [string]$Volume = '',

        [Parameter(Mandatory = $false)]
        [ValidatePattern('^[0-9]{0,18}$')]
        [string]$TotalBytes = '',

        [Parameter(Mandatory = $false)]
        [ValidateRange(0, 20160)]
        [int]$TimeoutMinutes = 0,

        [Parameter(Mandatory = $false)]
        [ValidateSet('', 'Measure-ZdmTree', 'Compare-ZdmTree')]
        [string]$Function = '',

        [Parameter(Mandatory = $false)]
        [pscredential]$Credential
    )
    $JobId = $JobId.ToLowerInvariant()
    $folder = 'C:\Zdm\jobs\' + $JobId
    $words = @()
    foreach ($word in @(@($FilePath) + @($ArgumentList))) {
        if ($null -eq $word) { continue }
        if ($word -eq '' -or $word -match '["\x00-\x1f]') {
            Stop-ZdmVerb -Code Precondition -Message "An argument of a job must not be empty and has no quotes or control characters: '$word'." -Target $JobId
        }
        # A backslash before the closing quote would escape it, and a percent sign is the batch file's own.
        if ($word -match '[\s&|<>^(),;=!`+\[\]{}~'']') {
            if ($word.EndsWith('\')) { $word += '\' }
            $word = '"' + $word + '"'
        }
        $words += $word.Replace('%', '%%')
    }
    $command = $words -join ' '
    if ($command.Length -gt 7000) { Stop-ZdmVerb -Code Precondition -Message 'The command line is longer than cmd.exe takes.' -Target $JobId }
    $surrounding = Get-ZdmJobSurrounding
    $way = $surrounding['Way']
    if ($way -eq 'none') {
        Stop-ZdmVerb -Code Precondition -Message 'The service Schedule does not run; no task can be registered or started.' -Target 'Schedule'
    }
    $user = 'SYSTEM'
    if ($null -ne $Credential) { $user = [string]$Credential.UserName }
    if ($way -eq 'schtasks' -and $user -ne 'SYSTEM') {
        # Its only way to be told a password is the command line, where others can read it.
        Stop-ZdmVerb -Code Unsupported -Message 'Windows Server 2003 takes a password for a task on the command line only; start the job without a credential, or on the new server.' -Target $JobId
    }
    $ascii = ($command + $WorkingDirectory) -match '^[\x20-\x7e]*$'
    if (-not $ascii -and $way -ne 'module') {
        Stop-ZdmVerb -Code Unsupported -Message 'On hosts before 2012 a batch file has no characters beyond ASCII; start the job on the new server.' -Target $JobId
    }
    $read = {
        $now = Get-ZdmJobState -JobId $JobId -Surrounding (Get-ZdmJobSurrounding)
        @{
            Exists     = [bool][System.IO.File]::Exists($folder + '\job.txt')
            Kind       = $now['Kind']
            Command    = $now['Command']
            RunAs      = $now['RunAs']
            Registered = $now['Registered']
            Launched   = $now['Launched']
        }
    }
    $before = & $read
    if ($before.Exists -and ($before.Kind -ne $Kind -or $before.Command -cne $command)) {
        Stop-ZdmVerb -Code AlreadyExists -Message "The job $JobId is there with another command." -Target $JobId
    }
    if (-not $before.Launched -and $PSCmdlet.ShouldProcess($JobId, "start $command")) {
        $free = ''
        if ($Volume -ne '') {
            if (-not $surrounding['Free'].ContainsKey($Volume.ToUpperInvariant())) {
                Stop-ZdmVerb -Code NotFound -Message "This host has no drive $Volume." -Target $Volume -Category ObjectNotFound
            }
            $free = [string]$surrounding['Free'][$Volume.ToUpperInvariant()]
        }
        $plain = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
        $batch = @('@echo off')
        if (-not $ascii) { $batch += 'chcp 65001 >nul' }
        $batch += @(
            ('set "ZDM_JOB=' + $folder + '"'),
            'md "%ZDM_JOB%\started" 2>nul || exit /b 257',
            ('cd /d "' + $WorkingDirectory + '"'),
            ($command + ' >"%ZDM_JOB%\stdout.log" 2>"%ZDM_JOB%\stderr.log"'),
            'set ZDM_RC=%ERRORLEVEL%',
            'if exist "%ZDM_JOB%\store.key" del /f /q "%ZDM_JOB%\store.key"',
            '>"%ZDM_JOB%\rc.tmp" echo %ZDM_RC%',
            'ren "%ZDM_JOB%\rc.tmp" rc',
            '>"%ZDM_JOB%\ended" echo %ZDM_RC%',
            'exit /b %ZDM_RC%'
        )
        try {
            $null = [System.IO.Directory]::CreateDirectory($folder)
            $null = [System.IO.File]::WriteAllText($folder + '\run.cmd', ($batch -join "`r`n") + "`r`n", $plain)
            if ($Function -ne '') {
                $null = [System.IO.File]::WriteAllText($folder + '\job.ps1', (Get-ZdmJobScript -Name $Function), $plain)
            }
        }
        catch {
            $said = [string]$_.Exception.Message
            Stop-ZdmVerb -Code Precondition -Message "The folder of the job cannot be written: $said" -Target $folder -Category WriteError
        }
        $name = 'Zdm-' + $JobId
        if (-not $before.Registered) {
            $task = @{ Way = $way; Name = $name; Batch = ($folder + '\run.cmd'); About = $Label; Minutes = $TimeoutMinutes }
            if ($null -ne $Credential) { $task.Credential = $Credential }
            Register-ZdmTask @task
        }
        # Last before the start: a folder without job.txt is no job, so a password that is refused leaves none behind.
        if (-not $before.Exists) {
            $about = @(
                ('JobId=' + $JobId), ('Kind=' + $Kind), ('Label=' + $Label), ('Command=' + $command), ('RunAs=' + $user),
                ('LogName=' + $LogName), ('Volume=' + $Volume.ToUpperInvariant()), ('TotalBytes=' + $TotalBytes), ('FreeBytes=' + $free),
                ('CreatedUtc=' + (ConvertTo-ZdmUtc (Get-Date)))
            )
            $null = [System.IO.File]::WriteAllText($folder + '\job.txt', ($about -join "`r`n") + "`r`n", $plain)
        }
        Invoke-ZdmTask -Way $way -Name $name -Do Run
        $after = & $read
        # The scheduler takes a moment; schtasks does not say whether it waits or runs.
        $tries = 20
        while (-not $after.Launched -and $tries -gt 0) {
            Start-Sleep -Seconds 1
            $tries -= 1
            $after = & $read
        }
        if (-not $after.Launched) {
            Stop-ZdmVerb -Code VerifyFailed -Message "The task $name is registered and does not start." -Target $name
        }
        New-ZdmChange -Verb 'Start-ZdmJob' -Target $JobId -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'Start-ZdmJob' -Target $JobId -Changed $false -Before $before -After $before
}
