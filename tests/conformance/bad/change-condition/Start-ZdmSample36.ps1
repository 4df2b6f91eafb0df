function Start-ZdmSample36 {
    <#
    .SYNOPSIS
        Starts a service.
    .DESCRIPTION
        Nothing else.
    .PARAMETER Name
        Which.
    .EXAMPLE
        Start-ZdmSample36 -Name DNS
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 3.0
        Reader: Get-ZdmService
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateNotNullOrEmpty()]
        [string]$Name
    )
    $before = @{ State = 'Stopped' }
    $null = $PSCmdlet.ShouldProcess($Name, 'start')
    if (-not $PSCmdlet.ShouldProcess($Name, 'start')) {
        New-ZdmChange -Verb 'Start-ZdmSample36' -Target $Name -Changed $false -Before $before -After $before
        return
    }
    Start-Service -Name $Name
    $after = @{ State = 'Running' }
    New-ZdmChange -Verb 'Start-ZdmSample36' -Target $Name -Changed $true -Before $before -After $after
}
