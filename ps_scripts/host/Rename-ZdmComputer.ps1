function Rename-ZdmComputer {
    <#
    .SYNOPSIS
        Gives a computer that is in no domain another name, from its next restart on.
    .DESCRIPTION
        By WMI: Rename-Computer refuses the name that is still in use, by which an earlier renaming is taken back.
        It does not restart the computer.
    .PARAMETER Name
        The name: at most 15 letters, digits and dashes, not digits alone.
    .EXAMPLE
        Rename-ZdmComputer -Name NEW-FS
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 2.0
        Reader: Get-ZdmComputerName
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[A-Za-z0-9][A-Za-z0-9-]{0,14}$')]
        [string]$Name
    )
    $computer = Get-WmiObject -Class Win32_ComputerSystem
    $before = Get-ZdmComputerNameRow
    if ($before.Coming -eq $Name) {
        New-ZdmChange -Verb 'Rename-ZdmComputer' -Target $Name -Changed $false -Before $before -After $before
        return
    }
    if ([int]$computer.DomainRole -ne 0 -and [int]$computer.DomainRole -ne 2) {
        Stop-ZdmVerb -Code Precondition -Message "'$($before.Active)' is in the domain $($computer.Domain) and is not renamed." -Target $Name
    }
    if (-not $PSCmdlet.ShouldProcess([string]$before.Active, "rename to $Name")) {
        New-ZdmChange -Verb 'Rename-ZdmComputer' -Target $Name -Changed $false -Before $before -After $before
        return
    }
    $code = [int]$computer.Rename($Name, $null, $null).ReturnValue
    if ($code -ne 0) { Stop-ZdmVerb -Code NativeExit -Message "Renaming '$($before.Active)' to '$Name' ended with code $code." -Target $Name }
    $after = Get-ZdmComputerNameRow
    if ($after.Coming -ne $Name) {
        Stop-ZdmVerb -Code VerifyFailed -Message "The computer will be called '$($after.Coming)' after the change; '$Name' was wanted." -Target $Name
    }
    $record = @{ Verb = 'Rename-ZdmComputer'; Target = $Name; Changed = $true; Before = $before; After = $after }
    $record.RebootRequired = $after.Coming -ne $after.Active
    New-ZdmChange @record
}
