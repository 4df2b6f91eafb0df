"""scanstate, loadstate and usmtutils over the world: what they refuse, take along and write, and how long it takes."""
