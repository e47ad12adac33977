"""What was forecast, and what is expected from it."""
