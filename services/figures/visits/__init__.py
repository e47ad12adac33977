"""The contacts behind a number."""
