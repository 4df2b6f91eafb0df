function Add-ZdmDhcpAuthorization {
    <#
    .SYNOPSIS
        Authorises a DHCP server in the directory.
    .DESCRIPTION
        Run on a host with the DhcpServer module that may write the directory; the cmdlets ask the directory of the host they run on.
        A server that runs begins to answer after its check, which this starts.
    .PARAMETER DnsName
        The server's full DNS name, as it stands in the directory.
    .PARAMETER IpAddress
        Its address, as it stands in the directory.
    .EXAMPLE
        Add-ZdmDhcpAuthorization -DnsName dc1.example.local -IpAddress 192.168.16.10
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
    if ($before.Authorized -or -not $PSCmdlet.ShouldProcess($DnsName, 'authorise')) {
        New-ZdmChange -Verb 'Add-ZdmDhcpAuthorization' -Target $DnsName -Changed $false -Before $before -After $before
        return
    }
    Add-DhcpServerInDC -DnsName $DnsName -IPAddress $IpAddress
    $after = & $read
    if (-not $after.Authorized) {
        Stop-ZdmVerb -Code VerifyFailed -Message "The directory does not show $DnsName ($IpAddress) after the change." -Target $DnsName
    }
    New-ZdmChange -Verb 'Add-ZdmDhcpAuthorization' -Target $DnsName -Changed $true -Before $before -After $after
}
