"""Ingest: events in over HTTP, canonical events out to Kafka.

Takes single events, batches and CloudEvents, judges every event on its own, stamps the tenant of
the API key on it, replaces customer references by keyed pseudonyms, and answers 202 only after
Kafka acknowledged what it accepted. What it refuses becomes a dead letter with a reason from a
closed list. Nothing is kept here: a client that got no 202 sends again, and duplicates are harmless
downstream because equal `source` and `id` count once.
"""
