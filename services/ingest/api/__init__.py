"""The HTTP edge of ingest."""
