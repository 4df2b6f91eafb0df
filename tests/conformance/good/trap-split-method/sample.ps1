$parts = 'a,b'.Split(',')
$more = 'a--b' -split '--'
