"""Figures of past spans, from the tables."""
