$x = Get-ZdmFileState -Paths C:\Zdm
