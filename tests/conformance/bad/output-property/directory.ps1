$x = Get-ADObject -Filter * -Properties 'mail'
$y = $x.telephone
