"""Models of Windows cmdlets, WMI classes and native programs over the world, one module per area."""
