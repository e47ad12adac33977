"""How promises stand."""
