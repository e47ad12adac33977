"""Live updates for readers: panes, gauges, agents, sources."""
