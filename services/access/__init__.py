"""Who may do what: API keys, their scopes, and what of them HTTP routes ask; streams and parameters
that the routes of several services have in common.
"""
