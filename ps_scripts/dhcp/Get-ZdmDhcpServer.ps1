function Get-ZdmDhcpServer {
    <#
    .SYNOPSIS
        Reads the DHCP server's own settings.
    .DESCRIPTION
        2008 R2 and older have no DhcpServer module: there the text of `netsh dhcp server dump` goes back, which is the same in every language.
        A host without the role gives nothing; one whose service is stopped is an error.
    .EXAMPLE
        Get-ZdmDhcpServer
    .OUTPUTS
        Zdm.DhcpServer
    .NOTES
        Kind: reader
        Floor: 2.0
    #>
    [CmdletBinding()]
    param()
    $way = Get-ZdmDhcpWay
    if ($way -eq 'none') { return }
    if ($way -eq 'netsh') {
        New-ZdmNativeText -Tool 'netsh' -Command 'dhcp server dump' -Lines @(Invoke-ZdmDhcpNetsh -Words 'dump')
        return
    }

    $setting = Get-DhcpServerSetting
    $version = Get-DhcpServerVersion
    $bindings = @(Get-DhcpServerv4Binding | Where-Object { $_.BindingState } | ForEach-Object { [string]$_.InterfaceAlias })
    New-ZdmFact -Type 'Zdm.DhcpServer' -Property @{
        IsAuthorized              = [bool]$setting.IsAuthorized
        IsDomainJoined            = [bool]$setting.IsDomainJoined
        ConflictDetectionAttempts = [int]$setting.ConflictDetectionAttempts
        Bindings                  = [string[]]$bindings
        ModuleVersion             = '{0}.{1}' -f $version.MajorVersion, $version.MinorVersion
        AuditLogPath              = [string](Get-DhcpServerAuditLog).Path
    }
}
