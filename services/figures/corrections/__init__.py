"""Figures that changed after they were final."""
