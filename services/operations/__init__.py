"""What an operator does by hand: keys are made, listed and revoked, repaired dead letters are sent again.

Each module is one such job behind a command of the CLI. Jobs use the published language and the plumbing, no service's insides:
keys are rows that ingest and the API read, a re-drive is a command that the engine obeys.
"""
