"""Rollups of final panes, and corrections of what changed afterwards."""
