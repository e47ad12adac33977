"""How long and how large a body of events may be."""

from functools import lru_cache

from floorpulse.ingest.app import RequestBounds
from floorpulse.runtime.request_body import BodyLimits
from floorpulse.runtime.time_limit import TimeLimit


@lru_cache
def body_limits(bounds: RequestBounds) -> BodyLimits:
    """The limits of one body: all requests under the same bounds share them."""
    return BodyLimits(bounds.body_bytes, TimeLimit(bounds.body_seconds))
