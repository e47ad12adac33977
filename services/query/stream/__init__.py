"""Live rows as they change."""
