"""Decisions of ingest: pure, synchronous, time passed in."""
