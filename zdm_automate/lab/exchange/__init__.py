"""Exchange's own endpoint in the lab: its cmdlets over the world's organisation, by what each version has. No scripts."""
