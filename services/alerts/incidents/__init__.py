"""Incidents in PostgreSQL: tables, timers, notices, and the lease of the replica that acts.

    evaluator ─► IncidentKeeper ─┐                        ┌─► Sender ─► a channel
    people    ─► Desk ───────────┼─► incident, timeline, ─┤   (notices that are due)
    next_at   ─► Timers ─────────┘   notices: one         └─► Auditor ─► metric, heartbeat
                                     transaction

Keeper, timers and sender act only in the replica that holds the lease; people may act anywhere.
"""
