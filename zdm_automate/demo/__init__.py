"""The demos: whole migrations on this computer, typed at the command line as a technician would."""
