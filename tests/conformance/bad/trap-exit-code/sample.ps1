if ($LASTEXITCODE -ne 0) { 'failed' }
