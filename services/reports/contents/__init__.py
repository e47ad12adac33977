"""From stored history to the content of a report."""
