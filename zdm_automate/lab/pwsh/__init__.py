"""Engine `pwsh`: real PowerShell processes behind the endpoint, whose Windows commands ask the lab's world."""
