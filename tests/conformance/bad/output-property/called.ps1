$find = { $found = @(Get-DnsServerZone)
    $found[0] }
$zone = & $find
$x = $zone.Names
