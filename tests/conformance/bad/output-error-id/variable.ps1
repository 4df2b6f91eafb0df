try { $x = Resolve-DnsName -Name a }
catch {
    $id = $_.FullyQualifiedErrorId
    if ($id -match '^DNS_NAME_ERROR') { $x = $null } else { throw }
}
