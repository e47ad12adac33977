"""Instants as answers write them: RFC 3339 in the asked zone."""

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta

Instant = Annotated[str, Meta(description="RFC 3339", examples=["2026-11-11T09:30:00+08:00"])]
"""An instant in an answer"""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def offset_at(at: int, zone: ZoneInfo) -> int:
    """How far the zone's clocks are ahead of UTC at an instant, milliseconds."""
    offset = datetime.fromtimestamp(at // 1000, zone).utcoffset()
    return 0 if offset is None else offset // _SECOND * 1000


@lru_cache(maxsize=8192)
def text(at: int, zone: ZoneInfo | timezone = UTC) -> str:
    """RFC 3339 with the zone's offset; with milliseconds only where there are any."""
    moment = (_EPOCH + timedelta(milliseconds=at)).astimezone(zone)
    return moment.isoformat(timespec="milliseconds" if at % 1000 else "seconds")


def text_or_none(at: int | None, zone: ZoneInfo | timezone = UTC) -> str | None:
    """The same of an instant that may be unknown."""
    return None if at is None else text(at, zone)
