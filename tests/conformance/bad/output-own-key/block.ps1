$read = { @{ Authorized = $true } }
$before = & $read
$x = $before.Authorised
