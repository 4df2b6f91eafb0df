#requires -Version 2.0
class Office { [string]$Name }
