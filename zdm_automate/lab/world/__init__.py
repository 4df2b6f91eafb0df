"""The world: pure values and transitions. No socket, no file, no clock of its own; the same seed gives the same world."""
