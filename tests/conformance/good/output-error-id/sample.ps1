try { $x = Resolve-DnsName -Name a }
catch { if ($_.FullyQualifiedErrorId -notlike 'DNS_ERROR_RCODE_NAME_ERROR*') { throw } }
