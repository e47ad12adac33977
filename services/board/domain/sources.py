"""Sources that fell silent: one that spoke with a rhythm and is quiet for far longer has likely
broken down; its queues' figures are old.

minutes heard   ● ●●● ●● ●●●●● ● ●●● ●               at least `RHYTHM` of the hour before the last
word, else it has no rhythm
                                     ├──── quiet ────► silent beyond `grace` and `GAPS` usual gaps,
                                     retired beyond a day

Instants are milliseconds of the reader's steady clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import log
from types import MappingProxyType

from floorpulse.contracts.updates import SourceHeard

MINUTE = 60_000
REMEMBERED = 64
"""Minutes of which a worker tells whether a source was heard"""
RHYTHM = 10
"""Different minutes of the last hour in which a source was heard that has a rhythm: one burst, a
replay, a pilot's test have fewer.
"""
GAPS = 20
"""Times its usual gap that a source may be quiet: by chance alone, a steady one is once in 500
million gaps.
"""
RETIRED = 24 * 60 * MINUTE
"""Milliseconds after which a silent source is taken to be gone for good"""
NEVER = -(1 << 62)
MOST = 1000
"""Sources of a tenant that are remembered; beyond, the one that was quiet for longest is forgotten.
"""
MOST_QUEUES = 10_000
"""Queues of a source that are remembered"""


class SourceState(StrEnum):
    """What a source's quiet means; only `silent` makes figures old."""

    SPEAKING = "speaking"
    SILENT = "silent"
    WITHOUT_RHYTHM = "without_rhythm"
    RETIRED = "retired"


@dataclass(frozen=True)
class SilenceRule:
    """What a definition says of a source: milliseconds of silence that are believed (None: as
    usual), whether anybody waits for it.
    """

    believed: int | None = None
    retired: bool = False


USUAL = SilenceRule()
NOTHING_KNOWN: Mapping[str, SilenceRule] = MappingProxyType({})


@dataclass(frozen=True)
class SourceNow:
    """One source: its last word (steady milliseconds), its usual gap (None without a rhythm), the
    queues it offers contacts to.
    """

    source: str
    state: SourceState
    last_at: int
    usual_gap: int | None
    queues: frozenset[str]


@dataclass(frozen=True)
class Silence:
    """The silent sources of a tenant, and what that means: `standing` are queues whose every source
    with a rhythm is silent.

    The figures of a standing queue speak of the last word of its sources (steady milliseconds).
    `touched` are all queues that a silent source feeds: where another one speaks, figures go on
    without it.
    """

    standing: Mapping[str, int]
    touched: frozenset[str]


NO_SILENCE = Silence(MappingProxyType({}), frozenset())


@dataclass(eq=False)
class _KnownSource:
    heard: dict[int, tuple[int, int]] = field(default_factory=dict)
    queues: set[str] = field(default_factory=set)

    @property
    def last_at(self) -> int:
        return max(last for last, _ in self.heard.values())

    @property
    def minutes(self) -> int:
        """The minutes before its last word in which any partition heard it."""
        newest = self.last_at
        found = 0
        for last, minutes in self.heard.values():
            shift = (newest - last) // MINUTE
            if shift < REMEMBERED:
                found |= minutes << shift
        return found & ((1 << REMEMBERED) - 1)


class HeardSources:
    """When each source of each tenant was last heard, and which queues it feeds."""

    def __init__(self, grace: int) -> None:
        """`grace` is milliseconds of silence that are always believed; 0: any silence is."""
        self._grace = grace
        self._tenants: dict[str, dict[str, _KnownSource]] = {}
        self._retired: Mapping[tuple[str, str], int] = {}

    def retire(self, sources: Mapping[tuple[str, str], int]) -> None:
        """These, by (tenant, source), were retired by hand at these instants: nobody waits for them
        until they speak again.
        """
        self._retired = sources

    def take(self, partition: int, heard: SourceHeard, at: int) -> None:
        """What one partition had heard of a source at `at`."""
        theirs = self._tenants.setdefault(heard.tenant, {})
        source = theirs.setdefault(heard.source, _KnownSource())
        source.heard[partition] = at - heard.quiet, heard.minutes
        if heard.queues and len(source.queues) < MOST_QUEUES:
            source.queues.update(heard.queues)
        if len(theirs) > MOST:
            del theirs[min(theirs, key=lambda name: theirs[name].last_at)]

    def all(
        self, tenant: str, now: int, known: Mapping[str, SilenceRule] = NOTHING_KNOWN
    ) -> list[SourceNow]:
        """The sources of a tenant by name; `known` is what definitions say of them."""
        found = []
        for name, source in sorted(self._tenants.get(tenant, {}).items()):
            last_at = source.last_at
            gap = usual_gap(source.minutes)
            gone = last_at <= self._retired.get((tenant, name), NEVER)
            state = (
                SourceState.RETIRED
                if gone
                else self._state(now - last_at, gap, known.get(name, USUAL))
            )
            found.append(SourceNow(name, state, last_at, gap, frozenset(source.queues)))
        return found

    def silence(
        self, tenant: str, now: int, known: Mapping[str, SilenceRule] = NOTHING_KNOWN
    ) -> Silence:
        """Who of a tenant's sources is silent, and which queues it concerns."""
        if not self._grace:
            return NO_SILENCE
        sources = self.all(tenant, now, known)
        silent = [one for one in sources if one.state is SourceState.SILENT]
        if not silent:
            return NO_SILENCE
        speaking = {
            queue for one in sources if one.state is SourceState.SPEAKING for queue in one.queues
        }
        standing: dict[str, int] = {}
        for queue, last_at in _fed(silent):
            if queue not in speaking:
                standing[queue] = max(last_at, standing.get(queue, last_at))
        return Silence(standing, frozenset(queue for queue, _ in _fed(silent)))

    def _state(self, quiet: int, gap: int | None, known: SilenceRule) -> SourceState:
        if known.retired or quiet >= RETIRED:
            return SourceState.RETIRED
        if known.believed is not None:
            return SourceState.SILENT if quiet > known.believed else SourceState.SPEAKING
        if gap is None:
            return SourceState.WITHOUT_RHYTHM
        return SourceState.SILENT if quiet > max(self._grace, GAPS * gap) else SourceState.SPEAKING


def _fed(sources: list[SourceNow]) -> Iterator[tuple[str, int]]:
    for one in sources:
        for queue in one.queues:
            yield queue, one.last_at


def usual_gap(minutes: int) -> int | None:
    """The mean gap, milliseconds, of a source heard at random in so many of the last minutes; None
    where it has no rhythm.

    A source heard λ times a minute is heard in a share 1 − e^−λ of all minutes.
    """
    share = minutes.bit_count() / (REMEMBERED + 1)
    return None if minutes.bit_count() < RHYTHM else round(MINUTE / -log(1 - share))
