"""The comparison of two lists of one floor's visits: what differs, and what it is worth."""
