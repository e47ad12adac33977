"""Translators of what vendors tell into events, a folder or module a vendor."""
