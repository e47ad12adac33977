"""Connectors: programs that stand between a platform and a Floorpulse, and send what happens there
as it happens.

    road      how to a platform: a log that is followed, a socket, a pull; gives records
    carrier   records ─► source (pure, `ingest.sources`) ─► events ─► POST /v1/events ─► position
"""
