"""Outlets: what a run leaves for people. Reads journals, never touches a host."""
