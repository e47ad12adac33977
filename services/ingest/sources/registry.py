"""The registry of sources: the name that an operator writes, what opens the source, and how its
platform speaks over HTTP.
"""

from collections.abc import Mapping
from types import MappingProxyType

from floorpulse.ingest.sources.asterisk.events import QueueLog
from floorpulse.ingest.sources.delivery import Receiver
from floorpulse.ingest.sources.source import SourceFactory, SourceSettings
from floorpulse.ingest.sources.stream import SourceStream

SOURCES: Mapping[str, SourceFactory] = MappingProxyType({"queue-log": QueueLog})
RECEIVERS: Mapping[str, Receiver] = MappingProxyType({})
"""The sources that `POST /v1/sources/{name}` takes"""


class UnknownSourceError(ValueError):
    """No source has this name; the message names those there are."""


def stream_of(
    name: str,
    speaks_as: str | SourceSettings,
    sources: Mapping[str, SourceFactory] = SOURCES,
) -> SourceStream:
    """A new stream of the source `name`; `speaks_as` is the `source` of its events, or all that is
    known of it.

    Raises `UnknownSourceError`.
    """
    if name not in sources:
        message = f"there is no source {name!r}; there are {', '.join(sorted(sources))}"
        raise UnknownSourceError(message)
    settings = SourceSettings(speaks_as) if isinstance(speaks_as, str) else speaks_as
    return SourceStream(sources[name](settings), settings.name)
