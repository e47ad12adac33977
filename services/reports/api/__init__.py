"""HTTP: settlements."""
