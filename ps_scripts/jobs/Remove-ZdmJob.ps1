function Remove-ZdmJob {
    <#
    .SYNOPSIS
        Removes a job's task, with the password that it holds, and moves the job's folder to the archive.
    .DESCRIPTION
        A job that runs is not removed: stop it first. Its folder goes to C:\Zdm\archive\<id> as it is, logs and all.
    .PARAMETER JobId
        The job.
    .EXAMPLE
        Remove-ZdmJob -JobId 8f14e45f-ceea-467f-a8d4-0c1b2f3a4b5c
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
        [string]$JobId
    )
    $JobId = $JobId.ToLowerInvariant()
    $folder = 'C:\Zdm\jobs\' + $JobId
    $archive = 'C:\Zdm\archive\' + $JobId
    $name = 'Zdm-' + $JobId
    $surrounding = Get-ZdmJobSurrounding
    if ($surrounding['Way'] -eq 'none') {
        Stop-ZdmVerb -Code Precondition -Message 'The service Schedule does not run; no task can be removed.' -Target 'Schedule'
    }
    $read = {
        $now = Get-ZdmJobState -JobId $JobId -Surrounding (Get-ZdmJobSurrounding)
        @{
            Exists     = [bool][System.IO.Directory]::Exists($folder)
            Registered = $now['Registered']
            Archived   = [bool][System.IO.Directory]::Exists($archive)
            Processes  = $now['Processes']
        }
    }
    $before = & $read
    if ($before.Processes -gt 0) {
        Stop-ZdmVerb -Code Locked -Message "The job $JobId runs; stop it first." -Target $JobId -Category ResourceBusy
    }
    if ($before.Exists -and $before.Archived) {
        Stop-ZdmVerb -Code AlreadyExists -Message "$archive is there already." -Target $archive
    }
    if (($before.Exists -or $before.Registered) -and $PSCmdlet.ShouldProcess($JobId, 'remove the task and archive the folder')) {
        if ($before.Registered) { Invoke-ZdmTask -Way $surrounding['Way'] -Name $name -Do Delete }
        if ($before.Exists) {
            $null = [System.IO.Directory]::CreateDirectory('C:\Zdm\archive')
            $null = [System.IO.Directory]::Move($folder, $archive)
        }
        $after = & $read
        if ($after.Exists -or $after.Registered) {
            Stop-ZdmVerb -Code VerifyFailed -Message "The job $JobId is still there." -Target $JobId
        }
        New-ZdmChange -Verb 'Remove-ZdmJob' -Target $JobId -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'Remove-ZdmJob' -Target $JobId -Changed $false -Before $before -After $before
}
