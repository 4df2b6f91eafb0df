#requires -Version 2.0
$x = Get-Date -PipelineVariable now
