"""Figures of a past instant, as the floor stood at it: the time machine."""
