try { $x = Resolve-DnsName -Name a }
catch { if ($_.FullyQualifiedErrorId -notlike 'NoSuchName*') { throw } }
