function Clear-ZdmDnsCache {
    <#
    .SYNOPSIS
        Empties the DNS cache of this host, or of its DNS server.
    .DESCRIPTION
        There is nothing to compare: every call empties the cache and says changed. Clear-DnsClientCache or ipconfig for the host,
        Clear-DnsServerCache or dnscmd for the server.
    .PARAMETER Cache
        Client: the host's own resolver. Server: the DNS server on it.
    .EXAMPLE
        Clear-ZdmDnsCache -Cache Client
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmDnsAnswer
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $false)]
        [ValidateSet('Client', 'Server')]
        [string]$Cache = 'Client'
    )
    $way = 'none'
    if ($Cache -eq 'Server') { $way = Get-ZdmDnsServerWay }
    if (-not $PSCmdlet.ShouldProcess($Cache, 'empty the DNS cache')) {
        New-ZdmChange -Verb 'Clear-ZdmDnsCache' -Target $Cache -Changed $false -Before @{} -After @{}
        return
    }
    if ($way -eq 'module') { Clear-DnsServerCache -Force }
    elseif ($way -eq 'wmi') { $null = Invoke-ZdmDnscmd -Words '/ClearCache' }
    else {
        $null = Import-ZdmModule DnsClient
        if (Test-ZdmCommand Clear-DnsClientCache) { Clear-DnsClientCache }
        else {
            $run = Invoke-ZdmNative -FilePath 'ipconfig.exe' -ArgumentList '/flushdns'
            if ($run.ExitCode -ne 0) {
                Stop-ZdmVerb -Code NativeExit -Message "ipconfig /flushdns ended with code $($run.ExitCode)." -Target 'ipconfig'
            }
        }
    }
    New-ZdmChange -Verb 'Clear-ZdmDnsCache' -Target $Cache -Changed $true -Before @{} -After @{}
}
