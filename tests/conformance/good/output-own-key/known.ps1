$read = {
    if ($env:A) { return @{ State = $null; More = 1 } }
    @{ State = 'b' }
}
$before = & $read
$before.Later = 'c'
$run = Invoke-ZdmNative -FilePath 'whoami.exe' -ArgumentList '/groups'
$rows = @(Get-ZdmDnsZoneRow -Way 'module' | Where-Object { $_.ZoneType -eq 'Primary' })
$all = @($before.State, $before.More, $before.Later, $run.ExitCode, $rows[0].ZoneName, $before.Keys)
$all.Count
