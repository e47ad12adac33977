"""The command line: groups of commands, and how each is run."""
