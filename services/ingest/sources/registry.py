"""The registry of sources: the name that an operator writes, and what opens the source."""

from collections.abc import Mapping
from types import MappingProxyType

from floorpulse.ingest.sources.asterisk.events import QueueLog
from floorpulse.ingest.sources.source import SourceFactory
from floorpulse.ingest.sources.stream import SourceStream

SOURCES: Mapping[str, SourceFactory] = MappingProxyType({"queue-log": QueueLog})


class UnknownSourceError(ValueError):
    """No source has this name; the message names those there are."""


def stream_of(
    name: str, speaks_as: str, sources: Mapping[str, SourceFactory] = SOURCES
) -> SourceStream:
    """A new stream of the source `name`, whose events have `speaks_as` as their `source`.

    Raises `UnknownSourceError`.
    """
    if name not in sources:
        message = f"there is no source {name!r}; there are {', '.join(sorted(sources))}"
        raise UnknownSourceError(message)
    return SourceStream(sources[name](speaks_as))
