$clr = $PSVersionTable.ClrVersion
