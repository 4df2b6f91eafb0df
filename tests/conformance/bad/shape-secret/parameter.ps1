function Get-It {
    param([string]$Password)
    $Password
}
