$x = [string].GetMethods('NonPublic, Instance')
