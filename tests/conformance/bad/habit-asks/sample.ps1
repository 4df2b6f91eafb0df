$x = Read-Host -Prompt 'Name'
