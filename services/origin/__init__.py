"""Ingest and API on one origin in one process, and the API's published description."""
