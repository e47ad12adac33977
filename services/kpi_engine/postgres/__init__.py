"""The engine's store: visits, panes and offsets in one transaction."""
