"""Draws documents: HTML in one file, PDF with its fonts in it."""
