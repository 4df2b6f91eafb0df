function Remove-ZdmDhcpAuthorization {
    <#
    .SYNOPSIS
        Takes a DHCP server's authorisation away.
    .DESCRIPTION
        Run on a host with the DhcpServer module that may write the directory; the cmdlets ask the directory of the host they run on.
        A server that runs stops answering after its next check, within an hour at the latest: stop its service as well.
    .PARAMETER DnsName
        The server's full DNS name, as it stands in the directory.
    .PARAMETER IpAddress
        Its address, as it stands in the directory.
    .EXAMPLE
        Remove-ZdmDhcpAuthorization -DnsName dc1.example.local -IpAddress 192.168.16.10
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 3.0
        Reader: Get-ZdmDhcpAuthorization
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$DnsName,

        [Parameter(Mandatory = $true)]
        [ValidatePattern('^\d+\.\d+\.\d+\.\d+$')]
        [string]$IpAddress
    )
    if (-not (Import-ZdmModule DhcpServer)) {
        Stop-ZdmVerb -Code Unsupported -Message 'The DhcpServer module is not on this host.' -Target 'DhcpServer'
    }
    $read = {
        $found = @(Get-DhcpServerInDC | Where-Object { [string]$_.DnsName -eq $DnsName -and [string]$_.IPAddress -eq $IpAddress })
        @{ Authorized = ($found.Count -gt 0) }
    }
    $before = & $read
    if (-not $before.Authorized -or -not $PSCmdlet.ShouldProcess($DnsName, 'take the authorisation away')) {
        New-ZdmChange -Verb 'Remove-ZdmDhcpAuthorization' -Target $DnsName -Changed $false -Before $before -After $before
        return
    }
    Remove-DhcpServerInDC -DnsName $DnsName -IPAddress $IpAddress
    $after = & $read
    if ($after.Authorized) {
        Stop-ZdmVerb -Code VerifyFailed -Message "The directory still shows $DnsName ($IpAddress) after the change." -Target $DnsName
    }
    New-ZdmChange -Verb 'Remove-ZdmDhcpAuthorization' -Target $DnsName -Changed $true -Before $before -After $after
}
