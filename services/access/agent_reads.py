"""Who read agents' figures: told to the audit log without holding an answer up.

    reads     r r r   r r r r r r … r            the same key, route and question
    entries   ├─ 1 s ─► one       ├─ an hour ─► one more: so many times, from when to when

The first read of a kind is in the log within `SOON`; repeats of it, such as a page that asks every
few seconds, are counted, and told once an hour and when the process stops in order. A process that
is killed loses the reads of its last second and the counts of repeats, nothing else. While the log
cannot be written, reads are kept, `MOST` kinds of them: beyond that nobody reads agents' figures.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.stdlib import BoundLogger

from floorpulse.access.audit import record
from floorpulse.access.audit_chain import Action, AuditEntry
from floorpulse.runtime import clock
from floorpulse.runtime.database import answering
from floorpulse.runtime.unavailable import StoreUnavailable

SOON = 1.0
HOUR = 3_600_000
MOST = 10_000
ANSWER_WITHIN = 5.0
UNNAMED = frozenset({"cursor", "limit", "format"})
"""Parameters that do not tell reads apart: the next page is the same read"""
SPAN = frozenset({"from", "to", "at"})
DAY = len("2026-11-11")
"""Of an instant its day tells reads apart: who asks up to now, over and over, is told once a day"""

log: BoundLogger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class AgentRead:
    """Somebody read agents' figures: by which key, on which route, with which parameters."""

    tenant: str
    actor: str
    route: str
    asked: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, tenant: str, actor: str, route: str, asked: Mapping[str, str]) -> "AgentRead":
        """A read as it is told apart from others."""
        told = ((name, _told(name, value)) for name, value in sorted(asked.items()))
        return cls(tenant, actor, route, tuple(one for one in told if one[0] not in UNNAMED))


def _told(name: str, value: str) -> str:
    return value[:DAY] if name in SPAN else value


@dataclass
class _Repeats:
    """Reads of one kind: when the first of them was that the log knows, and those since then."""

    told_at: int | None
    first: int = 0
    last: int = 0
    times: int = 0


class ReadTally:
    """Reads that the log does not know yet; instants are epoch milliseconds."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: dict[AgentRead, _Repeats] = {}

    @property
    def full(self) -> bool:
        """Whether no further kind of read can be kept."""
        return len(self._known) >= self._most

    def note(self, read: AgentRead, now: int) -> None:
        """Somebody reads now."""
        mine = self._known.setdefault(read, _Repeats(None))
        mine.first = mine.first if mine.times else now
        mine.last = now
        mine.times += 1

    def due(self, now: int, *, stopping: bool = False) -> list[tuple[AgentRead, AuditEntry]]:
        """What the log should be told now: first reads, and repeats after an hour; all of them
        where the process stops.
        """
        return [
            (read, _entry(read, mine))
            for read, mine in self._known.items()
            if mine.times and (stopping or mine.told_at is None or now - mine.told_at >= HOUR)
        ]

    def told(self, read: AgentRead, entry: AuditEntry, now: int) -> None:
        """The log has an entry of such reads; those since then are still to be told."""
        mine = self._known[read]
        counted = entry.details["times"]
        mine.times -= counted if isinstance(counted, int) else 0
        mine.first = entry.at
        mine.told_at = now

    def forget(self, now: int) -> None:
        """Kinds of reads that nobody repeats are forgotten: the next one is told at once again."""
        idle = [
            read
            for read, mine in self._known.items()
            if not mine.times and mine.told_at is not None and now - mine.told_at >= HOUR
        ]
        for read in idle:
            del self._known[read]


def _entry(read: AgentRead, mine: _Repeats) -> AuditEntry:
    details = {
        "route": read.route,
        "asked": dict(read.asked),
        "times": mine.times,
        "first": mine.first,
        "last": mine.last,
    }
    agents = dict(read.asked).get("agent", "")
    subject = f"agent/{agents}" if agents else "agents"
    return AuditEntry(read.tenant, mine.last, read.actor, Action.AGENTS_READ, subject, details)


class AgentReads:
    """Reads of a process on their way to the log."""

    def __init__(self, engine: AsyncEngine, now: Callable[[], int] = clock.now_ms) -> None:
        self._engine = engine
        self._now = now
        self.tally = ReadTally()

    @property
    def full(self) -> bool:
        """Whether reads must wait until the log can be written again."""
        return self.tally.full

    def note(self, read: AgentRead) -> None:
        """Somebody reads now."""
        self.tally.note(read, self._now())

    async def run(self) -> None:
        """Tell the log until cancelled; what it cannot be told is tried again."""
        while True:
            await asyncio.sleep(SOON)
            try:
                await self.flush()
            except StoreUnavailable as away:
                log.warning("audit_log_unavailable", why=str(away))

    async def flush(self, *, stopping: bool = False) -> None:
        """Tell the log what is due, in one transaction. Raises StoreUnavailable."""
        now = self._now()
        due = self.tally.due(now, stopping=stopping)
        if due:
            async with (
                answering(ANSWER_WITHIN, "the audit log cannot be written ({})"),
                self._engine.begin() as connection,
            ):
                await record(connection, [entry for _, entry in due])
        for read, entry in due:
            self.tally.told(read, entry, now)
        self.tally.forget(now)


@asynccontextmanager
async def recorded_reads(engine: AsyncEngine) -> AsyncIterator[AgentReads]:
    """Reads are recorded while this is open; what was read is told before it closes."""
    reads = AgentReads(engine)
    telling = asyncio.create_task(reads.run())
    try:
        yield reads
    finally:
        telling.cancel()
        await asyncio.wait([telling])
        try:
            await reads.flush(stopping=True)
        except StoreUnavailable as away:
            lost = len(reads.tally.due(0, stopping=True))
            log.error("agent_reads_lost", kinds=lost, why=str(away))  # noqa: TRY400  it says why
