function Copy-ZdmFile {
    <#
    .SYNOPSIS
        Pulls one file from a share of another host into C:\Zdm of this one.
    .DESCRIPTION
        The host logs on to the share with the credential it is given, because a remoting session cannot pass its own on to a
        third machine. The hash of both sides is compared before and after. A different file at the destination is not overwritten.
    .PARAMETER Source
        Full UNC path of the file: \\host\share\folder\file.
    .PARAMETER Destination
        Full path below C:\Zdm.
    .PARAMETER Credential
        An account that may read the share.
    .EXAMPLE
        Copy-ZdmFile -Source \\SBS\C$\Zdm\dhcp.xml -Destination C:\Zdm\dhcp.xml -Credential $credential
    .OUTPUTS
        Zdm.Change
    .NOTES
        Kind: applier
        Floor: 3.0
        Reader: Get-ZdmFile
        Hop: Source
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true)]
        [ValidatePattern('^\\\\[^\\*?]+\\[^\\*?]+\\[^*?]+$')]
        [string]$Source,

        [Parameter(Mandatory = $true)]
        [ValidatePattern('^[Cc]:\\[Zz]dm\\[^*?]+$')]
        [string]$Destination,

        [Parameter(Mandatory = $true)]
        [pscredential]$Credential
    )
    if ($Destination -match '\\\.\.?(\\|$)') {
        Stop-ZdmVerb -Code Precondition -Message "'$Destination' must not contain . or .. as a folder." -Target $Destination
    }
    $root = Split-Path -Path $Source -Parent
    $drive = 'ZdmSource'
    $mapping = @{ Name = $drive; PSProvider = 'FileSystem'; Root = $root; Credential = $Credential; Scope = 'Local' }
    $null = New-PSDrive @mapping -WhatIf:$false
    try {
        $from = $drive + ':\' + (Split-Path -Path $Source -Leaf)
        $there = Get-ZdmFileState -Path $from
        if (-not $there.Exists -or $there.IsFolder) {
            Stop-ZdmVerb -Code NotFound -Message "There is no file '$Source'." -Target $Source -Category ObjectNotFound
        }
        $before = Get-ZdmFileState -Path $Destination
        if ($before.Exists -and $before.Sha256 -ne $there.Sha256) {
            Stop-ZdmVerb -Code AlreadyExists -Message "'$Destination' is there with other content." -Target $Destination
        }
        if (-not $before.Exists -and $PSCmdlet.ShouldProcess($Destination, "copy from $Source")) {
            $folder = Split-Path -Path $Destination -Parent
            if (-not (Test-Path -LiteralPath $folder)) { $null = New-Item -Path $folder -ItemType Directory }
            Copy-Item -LiteralPath $from -Destination $Destination
            $after = Get-ZdmFileState -Path $Destination
            if ($after.Sha256 -ne $there.Sha256) {
                Stop-ZdmVerb -Code VerifyFailed -Message "'$Destination' is not the same as '$Source' after the copy." -Target $Destination
            }
            New-ZdmChange -Verb 'Copy-ZdmFile' -Target $Destination -Changed $true -Before $before -After $after
            return
        }
        New-ZdmChange -Verb 'Copy-ZdmFile' -Target $Destination -Changed $false -Before $before -After $before
    }
    finally {
        Remove-PSDrive -Name $drive -Force -WhatIf:$false
    }
}
