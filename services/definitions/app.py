"""Keeping definitions: files that change are checked and stored, the stored set comes into force
all at once, everywhere.

files ─► check ─┬─ right ─► store ─► set n+1 ─► every process sees the number and takes the whole
set
                └─ wrong ─► said in log, metric and API; the last good set holds
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog
from structlog.stdlib import BoundLogger

from floorpulse.definitions.domain.calendar_ends import first_end
from floorpulse.definitions.domain.check import check
from floorpulse.definitions.domain.definition_history import NOTHING, Definitions
from floorpulse.definitions.domain.mistakes import DefinitionMistake
from floorpulse.definitions.metrics import DefinitionMetrics
from floorpulse.definitions.ports import DefinitionFiles, DefinitionStore
from floorpulse.runtime.unavailable import StoreUnavailable

log: BoundLogger = structlog.get_logger(__name__)

Read = tuple[dict[str, str], list[DefinitionMistake]]


@dataclass(frozen=True)
class Reload:
    """How the last reading of files went; `good_at` (epoch milliseconds) is when definitions were
    last found right.
    """

    ok: bool = True
    mistakes: tuple[DefinitionMistake, ...] = ()
    good_at: int | None = None


class DefinitionKeeper:
    """Keeps `current` what is in force; `loaded` is set once it was read."""

    def __init__(
        self,
        store: DefinitionStore,
        files: DefinitionFiles | None,
        metrics: DefinitionMetrics,
        now: Callable[[], int],
    ) -> None:
        self.current: Definitions = NOTHING
        self.reload = Reload()
        self.loaded = asyncio.Event()
        self._store = store
        self._files = files
        self._metrics = metrics
        self._now = now
        self._seen: Read | None = None

    async def run(self, every: float) -> None:
        """Look at files and store every so many seconds, until cancelled."""
        while True:
            try:
                await self.look()
            except StoreUnavailable as away:
                log.warning("definitions_not_read", error=str(away))
            await asyncio.sleep(every)

    async def look(self) -> None:
        """Take what changed; StoreUnavailable when the store is away."""
        if self._files is not None:
            await self._look_at(self._files)
        if not self.loaded.is_set() or await self._store.latest() != self.current.number:
            self._enforce(await self._store.load())

    async def _look_at(self, files: DefinitionFiles) -> None:
        read = await asyncio.to_thread(files.read)
        if read == self._seen:
            return
        texts, unreadable = read
        checked = await asyncio.to_thread(check, texts)
        mistakes = (*unreadable, *checked.mistakes)
        if not mistakes:
            await self._store.save(checked.entries, self._now())
        self._seen = read
        self._judge(mistakes)

    def _judge(self, mistakes: tuple[DefinitionMistake, ...]) -> None:
        for mistake in mistakes:
            log.error("definitions_wrong", mistake=str(mistake))
        good_at = self.reload.good_at if mistakes else self._now()
        self.reload = replace(self.reload, ok=not mistakes, mistakes=mistakes, good_at=good_at)
        self._metrics.ok.set(int(self.reload.ok))
        if good_at is not None:
            self._metrics.good_at.set(good_at / 1000)

    def _enforce(self, definitions: Definitions) -> None:
        if definitions.number != self.current.number:
            log.info("definitions_in_force", set=definitions.number)
        self.current = definitions
        self._metrics.number.set(definitions.number)
        self._metrics.calendars_end.set(first_end(definitions.versions) or 0)
        self.loaded.set()
