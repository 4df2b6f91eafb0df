Add-Type -AssemblyName System.DirectoryServices
