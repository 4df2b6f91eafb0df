"""The embedded lab: a model of a small Windows office behind real WinRM listeners on loopback."""
