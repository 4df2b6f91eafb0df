$x = Get-ChildItem -Pat C:\Zdm
