function Get-It {
    param([securestring]$Password, [pscredential]$Credential)
    $Password, $Credential
}
