param([pscredential]$Credential)
$x = $Credential.GetNetworkCredential()
