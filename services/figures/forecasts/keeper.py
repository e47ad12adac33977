"""Forecasts: uploads become versions, and those around now are kept in memory for live answers.

upload ─► version n+1 ─► every process sees the number within a second and takes the slots in force,
a tenant's all at once
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.board.domain.windows import HOUR, Span
from floorpulse.figures.forecasts.in_force import NO_FORECASTS, Forecasts
from floorpulse.kpis.plan import Slot
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

AROUND = 50 * HOUR
"""What live answers may ask for lies within: the longest local day before now, and the one after"""


@dataclass(frozen=True)
class Upload:
    """A version: who uploaded it when (epoch milliseconds), why, how many rows, from the first's
    begin to the last's end.
    """

    version: int
    rows: int
    begin: int
    until: int
    note: str
    uploaded_by: str
    uploaded_at: int


@dataclass(frozen=True)
class Said:
    """What comes with the rows of an upload."""

    by: str
    note: str
    at: int


class ForecastHistory(Protocol):
    """Slots as history reads them."""

    async def in_force(self, tenant: str, span: Span) -> Sequence[Slot]:
        """The slots in force that touch `span`, by queue, channel and time."""
        ...


class ForecastStore(ForecastHistory, Protocol):
    """Uploaded forecasts; `StoreUnavailable` when they are away."""

    async def save(self, tenant: str, slots: Sequence[Slot], said: Said) -> tuple[Upload, bool]:
        """Store a new version unless the newest has the very same rows; the version, and whether it
        is new.
        """
        ...

    async def uploads(self, tenant: str) -> Sequence[Upload]:
        """All versions, the newest first."""
        ...

    async def of_version(self, tenant: str, version: int, span: Span) -> Sequence[Slot]:
        """The slots of one version that touch `span`."""
        ...

    async def latest(self) -> Mapping[str, int]:
        """The newest version of every tenant."""
        ...


class NoForecasts:
    """A `ForecastHistory` where nothing was ever forecast."""

    async def in_force(self, tenant: str, span: Span) -> Sequence[Slot]:  # noqa: ARG002  whose and when makes no difference
        """Nothing."""
        return ()


NO_HISTORY = NoForecasts()


class ForecastKeeper:
    """Keeps `current` what is in force around now."""

    def __init__(self, store: ForecastStore, now: Callable[[], int]) -> None:
        self.store = store
        self.current: Forecasts = NO_FORECASTS
        self._now = now
        self._seen: dict[str, tuple[int, int]] = {}
        self._looking = asyncio.Lock()

    def queues(self, tenant: str) -> frozenset[str]:
        """The queues of a tenant that have a forecast around now."""
        return frozenset(slot.queue for slot in self.current.get(tenant, ()))

    async def run(self, every: float) -> None:
        """Look for new versions every so many seconds, until cancelled."""
        while True:
            try:
                await self.look()
            except StoreUnavailable as away:
                log.warning("forecasts_not_read", error=str(away))
            await asyncio.sleep(every)

    async def look(self) -> None:
        """Take the slots of tenants with a new version, and of all every hour."""
        async with self._looking:
            now = self._now()
            for tenant, version in (await self.store.latest()).items():
                if self._seen.get(tenant) != (version, now // HOUR):
                    slots = await self.store.in_force(tenant, Span(now - AROUND, now + AROUND))
                    self.current = {**self.current, tenant: slots}
                    self._seen[tenant] = version, now // HOUR

    async def put(
        self, tenant: str, slots: Sequence[Slot], by: str, note: str
    ) -> tuple[Upload, bool]:
        """Store an upload and heed it at once; the version, and whether it is new."""
        stored = await self.store.save(tenant, slots, Said(by, note, self._now()))
        await self.look()
        return stored
