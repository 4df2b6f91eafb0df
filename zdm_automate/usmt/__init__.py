"""The User State Migration Tool as decisions: whom it takes, how it is called, what it said. Never calls a host."""
