"""The twins: for every verb a Python equivalent over the world, written with the same calls as the script."""
