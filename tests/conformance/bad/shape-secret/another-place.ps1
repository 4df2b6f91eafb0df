function Register-ZdmTask {
    param([pscredential]$Credential)
    $null = $Credential.GetNetworkCredential()
}
