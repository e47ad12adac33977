"""The board: one reader's merged picture of the floor, kept in memory.

Engine workers each know their own source partitions; whoever answers a question needs the sum. A
board loads the panes of the live span (today, and at least the last 26 hours) from PostgreSQL, then
follows the topic `kpi-updates` and keeps the highest revision of every pane row and the newest
gauges of every partition. So a lost, repeated or reordered record, a late start and a restart of
anything all end in the same figures. It knows how old its news are: figures of a partition that
fell silent are `stale` and carry the time of the last good value.

A library, not a process: the KPI API and the alert rules each hold one. Everything in `domain/` is
synchronous and is told the time.
"""
