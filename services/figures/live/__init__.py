"""Figures of windows up to now, from the board."""
