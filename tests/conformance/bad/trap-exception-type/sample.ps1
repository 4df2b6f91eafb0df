try { Get-Date } catch [System.Net.WebException] { throw }
