"""A live source from its road to the server: what every command of `floorpulse source` does."""

from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.connectors.carrier import AHEAD, Carrier
from floorpulse.connectors.position import PositionError, PositionFile
from floorpulse.connectors.road import Road, RoadClosedError
from floorpulse.ingest.sources.registry import stream_of
from floorpulse.ingest.sources.source import SourceSettings
from floorpulse.simulator.answers import UndeliverableError
from floorpulse.simulator.feed import feed
from floorpulse.simulator.options import Target

log: BoundLogger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class LiveOptions:
    """Where events go, what is known of the source that they come from, and the file that keeps its
    position; without a file each run begins at the beginning.

    `ahead` is how many bytes may wait in memory for a server that is away: few where the platform
    keeps them itself, more where it does not.
    """

    target: Target
    settings: SourceSettings
    position: Path | None = None
    ahead: int = AHEAD


class ServerWatch:
    """Tells the log once that the server is away, and once that it is back."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._away = False

    def hindered(self, why: str) -> None:
        """A request failed, and will be sent again."""
        if not self._away:
            log.warning("server_away", url=self._url, why=why)
        self._away = True

    def answered(self) -> None:
        """A request was answered."""
        if self._away:
            log.info("server_back", url=self._url)
        self._away = False


async def carry(vendor: str, road: Road, options: LiveOptions) -> int:
    """Carry what comes along the road until it ends; the exit status.

    `vendor` is the source's name in the registry. A server that is away is waited for without end.
    What nobody can mend by waiting ends it with 1: a wrong key, a wrong secret, a file that cannot
    be read.
    """
    target = replace(options.target, patience=inf)
    name = options.settings.name
    position = (
        None if options.position is None else PositionFile(options.position, f"{vendor} {name}")
    )
    log.info("source_starts", vendor=vendor, source=name, to=target.url)
    async with feed(target, ServerWatch(target.url)) as opened:
        carrier = Carrier(
            opened,
            stream_of(vendor, options.settings),
            position,
            batch=target.batch,
            ahead=options.ahead,
        )
        try:
            await carrier.run(road)
        except (RoadClosedError, PositionError, UndeliverableError) as wrong:
            log.error("source_fails", vendor=vendor, why=str(wrong))  # noqa: TRY400  the message says all; no traceback
            return 1
    return 0
