"""How far counting is behind."""
