"""Who may do what: API keys, their scopes, and what of them HTTP routes ask."""
