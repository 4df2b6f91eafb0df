$lines = netsh.exe dhcp server dump
