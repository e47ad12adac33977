"""What panes cannot count, looked up in the stored visits and agents' states."""
