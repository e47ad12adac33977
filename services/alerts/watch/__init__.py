"""The complaint watch: the daily list of contacts that may become complaints, and who sees to it.

visits that changed ─► their contacts, assessed anew ─► `contact_at_risk`, whose states are people's
"""
