"""The published language: events, topics, panes, KPI definitions and storage tables; no I/O."""
