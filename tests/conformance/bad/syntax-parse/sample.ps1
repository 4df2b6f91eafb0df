if ($true) { 'no end'
