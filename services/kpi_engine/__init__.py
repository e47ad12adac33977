"""The stream engine: folds contact events into visits and panes, exactly, in any order, through any
crash.

Each worker owns some source partitions. State and source offset are written in one PostgreSQL
transaction, so a number can neither be lost nor doubled; changed rows go out live on `kpi-updates`
four times a second.
"""
