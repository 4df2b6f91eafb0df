foreach ($scope in @(Get-DhcpServerv4Scope)) { $x = $scope.Mask }
