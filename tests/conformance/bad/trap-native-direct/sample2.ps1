$tool = 'C:\Tools\it.exe'
& $tool
