"""Lines of standard input, also of a pipe that stays open."""

from collections.abc import AsyncGenerator

from floorpulse.connectors.road import Arrivals, Position, RoadClosedError
from floorpulse.ingest.sources.source import SourceRecord
from floorpulse.simulator.recorded import Recording, UnreadableError


class PipedLog:
    """A `Road`: the lines of standard input as they come, to its end."""

    async def arrivals(self, since: Position | None) -> AsyncGenerator[Arrivals, None]:  # noqa: ARG002  a pipe cannot go back
        """See `Road.arrivals`; there is no position."""
        try:
            async for lines in Recording("-").lines():
                if lines:
                    yield Arrivals(tuple(SourceRecord(*line) for line in lines))
        except UnreadableError as wrong:
            raise RoadClosedError(str(wrong)) from wrong
