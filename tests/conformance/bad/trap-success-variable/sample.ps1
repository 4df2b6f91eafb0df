$null = (Get-Date)
if ($?) { 'done' }
