function Get-ZdmJob {
    <#
    .SYNOPSIS
        Reads the detached jobs of this host: what their folders, tasks and processes show, and the end of their logs.
    .DESCRIPTION
        One object for each job, all of them or those named; a job that is not there gives none. The log is read from an
        offset in bytes and up to its last whole line, so that the next call goes on where this one ended. What the
        exit code means and which state the job is in is not judged here.
    .PARAMETER JobId
        The jobs; all where none is named.
    .PARAMETER Without
        Jobs that are left out: who looks again and again needs no more of those that have ended.
    .PARAMETER Offset
        Where in the log to begin, in bytes; without it the last TailBytes are read.
    .PARAMETER TailBytes
        How much of the log is read at most.
    .EXAMPLE
        Get-ZdmJob -JobId 8f14e45f-ceea-467f-a8d4-0c1b2f3a4b5c -Offset 4096
    .OUTPUTS
        Zdm.Job
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $false)]
        [ValidatePattern('^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$')]
        [string[]]$JobId,

        [Parameter(Mandatory = $false)]
        [ValidatePattern('^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$')]
        [string[]]$Without,

        [Parameter(Mandatory = $false)]
        [ValidatePattern('^[0-9]{1,15}$')]
        [string]$Offset,

        [Parameter(Mandatory = $false)]
        [ValidateRange(0, 65536)]
        [int]$TailBytes = 2048
    )
    $root = 'C:\Zdm\jobs'
    if (-not [System.IO.Directory]::Exists($root)) { return }
    $surrounding = Get-ZdmJobSurrounding
    foreach ($folder in @([System.IO.Directory]::GetDirectories($root))) {
        $name = Split-Path -Path $folder -Leaf
        if ($null -ne $JobId -and @($JobId).Length -gt 0 -and @($JobId) -notcontains $name) { continue }
        if ($null -ne $Without -and @($Without) -contains $name) { continue }
        if (-not [System.IO.File]::Exists($folder + '\job.txt')) { continue }
        $row = Get-ZdmJobState -JobId $name -Surrounding $surrounding
        $log = $folder + '\' + $row['LogName']
        $row['LogBytes'] = [long]0
        $row['LogOffset'] = [long]0
        $row['LastOutputUtc'] = $null
        $row['Tail'] = [string[]]@()
        if ($row['LogName'] -ne '' -and [System.IO.File]::Exists($log)) {
            $row['LastOutputUtc'] = ConvertTo-ZdmUtc ([System.IO.File]::GetLastWriteTimeUtc($log))
            $stream = [System.IO.File]::Open($log, [System.IO.FileMode]::Open, [System.IO.FileAccess]::Read, [System.IO.FileShare]::ReadWrite)
            try {
                $row['LogBytes'] = [long]$stream.Seek(0, [System.IO.SeekOrigin]::End)
                $null = $stream.Seek(0, [System.IO.SeekOrigin]::Begin)
                $mark = New-Object -TypeName byte[] -ArgumentList 2
                $read = $stream.Read($mark, 0, 2)
                $wide = $read -eq 2 -and $mark[0] -eq 255 -and $mark[1] -eq 254
                $from = [long]($row['LogBytes'] - $TailBytes)
                if ($Offset -ne '') { $from = [long]$Offset }
                if ($from -lt 0) { $from = [long]0 }
                if ($wide -and $from % 2 -ne 0) { $from += 1 }
                if ($from -gt $row['LogBytes']) { $from = $row['LogBytes'] }
                $null = $stream.Seek($from, [System.IO.SeekOrigin]::Begin)
                $buffer = New-Object -TypeName byte[] -ArgumentList 65536
                $got = $stream.Read($buffer, 0, $TailBytes)
            }
            finally { $null = $stream.Close() }
            # Up to the last line feed: a line that is still being written comes with the next call.
            $width = 1
            if ($wide) { $width = 2 }
            $end = $got - ($got % $width)
            while ($end -ge $width) {
                if ($buffer[$end - $width] -eq 10 -and ($width -eq 1 -or $buffer[$end - 1] -eq 0)) { break }
                $end -= $width
            }
            if ($end -lt $width) { $end = 0 }
            if ($end -eq 0 -and $got -ge $TailBytes) { $end = $got - ($got % $width) }
            $encoding = [System.Text.Encoding]::UTF8
            if ($wide) { $encoding = [System.Text.Encoding]::Unicode }
            $text = $encoding.GetString($buffer, 0, $end)
            $row['LogOffset'] = [long]($from + $end)
            $lines = @($text -split "`r`n|`n|`r" | ForEach-Object { $_.Trim([char]0xFEFF) } | Where-Object { $_ -match '\S' })
            # Read from the end, the first line is most often the rest of one.
            if ($Offset -eq '' -and $from -gt 0 -and $lines.Length -gt 1) { $lines = @($lines[1..($lines.Length - 1)]) }
            $row['Tail'] = [string[]]$lines
        }
        New-ZdmFact -Type 'Zdm.Job' -Property $row
    }
}
