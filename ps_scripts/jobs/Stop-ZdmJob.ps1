function Stop-ZdmJob {
    <#
    .SYNOPSIS
        Ends a detached job: its task, then every process that is left of it.
    .DESCRIPTION
        Writes a mark into the job's folder first, so that everybody sees that it was stopped and did not die. A job that
        has ended already, or was never started, is left alone.
    .PARAMETER JobId
        The job.
    .EXAMPLE
        Stop-ZdmJob -JobId 8f14e45f-ceea-467f-a8d4-0c1b2f3a4b5c
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
    if (-not [System.IO.File]::Exists($folder + '\job.txt')) {
        Stop-ZdmVerb -Code NotFound -Message "There is no job $JobId." -Target $JobId -Category ObjectNotFound
    }
    $read = {
        $now = Get-ZdmJobState -JobId $JobId -Surrounding (Get-ZdmJobSurrounding)
        @{ Processes = $now['Processes']; Queued = [bool]($now['TaskState'] -eq 'Queued'); Stopped = $now['Stopped'] }
    }
    $before = & $read
    if (($before.Processes -gt 0 -or $before.Queued) -and $PSCmdlet.ShouldProcess($JobId, 'stop the job')) {
        $plain = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
        $null = [System.IO.File]::WriteAllText($folder + '\stopped', (ConvertTo-ZdmUtc (Get-Date)) + "`r`n", $plain)
        $name = 'Zdm-' + $JobId
        $surrounding = Get-ZdmJobSurrounding
        $task = @($surrounding['Tasks'] | Where-Object { $null -ne $_ -and $_['TaskName'] -eq $name })
        if ($task.Count -gt 0) { Invoke-ZdmTask -Way $surrounding['Way'] -Name $name -Do End }
        # The scheduler ends cmd.exe; the program below it may go on.
        $left = Get-ZdmJobSurrounding
        foreach ($process in @($left['Processes'])) {
            if ($null -eq $process -or [string]$process['Line'] -notmatch [regex]::Escape($JobId)) { continue }
            $null = Invoke-ZdmNative -FilePath 'taskkill.exe' -ArgumentList '/F', '/T', '/PID', ([string]$process['Number'])
        }
        $after = & $read
        $tries = 20
        while ($after.Processes -gt 0 -and $tries -gt 0) {
            Start-Sleep -Seconds 1
            $tries -= 1
            $after = & $read
        }
        if ($after.Processes -gt 0 -or $after.Queued) {
            Stop-ZdmVerb -Code VerifyFailed -Message "The job $JobId still has $($after.Processes) processes." -Target $JobId
        }
        New-ZdmChange -Verb 'Stop-ZdmJob' -Target $JobId -Changed $true -Before $before -After $after
        return
    }
    New-ZdmChange -Verb 'Stop-ZdmJob' -Target $JobId -Changed $false -Before $before -After $before
}
