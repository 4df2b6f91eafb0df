try { Get-Date } catch { }
