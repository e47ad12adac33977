"""When somebody should have been told, and when nobody: from the contacts themselves, with
hindsight, without anything of what is being judged.

contacts    ✓ ✓ ✗ ✓ ✗ ✗ ✗ ✗ ✓ ✗ ✗ ✓ ✓ ✓ ✓ ✓ ✓        ✓ answered within the promise
five min        ├──────────────┤                    fewer than half are kept: bad
trouble         bad for ten minutes or longer: somebody should be told, by the first that was missed
in doubt        bad for less, or somebody waited for a minute: being told is no false alarm
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.visits import Visit
from tests.benchmarks.alert_days.queue_model import MINUTE, SECOND

PROMISE = 20 * SECOND
SHORT = 5 * SECOND
LOOK = 5 * MINUTE
FEWEST = 5
"""Contacts in five minutes, fewer are no trouble of a queue"""
HALF = 0.5
LASTS = 10 * MINUTE
"""What is bad for less time is over before anybody has come"""
ONE = 15 * MINUTE
"""Troubles that lie no further apart are one"""
LONG = MINUTE
AFTER = 15 * MINUTE
"""For so long afterwards a window of a quarter of an hour still shows what was"""
TARGET = 0.8
SLOT = 30 * MINUTE


def _kept(visits: Sequence[Visit]) -> list[tuple[int, bool]]:
    """The offers that count, and whether each was answered in time."""
    return [
        (visit.offered_at or 0, _in_time(visit))
        for visit in visits
        if visit.abandoned_at is None or visit.abandoned_at - (visit.offered_at or 0) > SHORT
    ]


def _in_time(visit: Visit) -> bool:
    return visit.answered_at is not None and visit.answered_at - (visit.offered_at or 0) <= PROMISE


def _bad(visits: Sequence[Visit]) -> Iterator[Span]:
    """Each five minutes from a missed contact on of which fewer than half were kept."""
    counted = _kept(visits)
    offers = [at for at, _ in counted]
    for number, (at, kept) in enumerate(counted):
        there = counted[number : bisect_left(offers, at + LOOK)]
        hits = sum(one for _, one in there)
        if not kept and len(there) >= FEWEST and hits < HALF * len(there):
            yield Span(at, at + LOOK)


def _long_waits(visits: Sequence[Visit]) -> Iterator[Span]:
    for visit in visits:
        offered = visit.offered_at or 0
        until = visit.answered_at or visit.abandoned_at or offered
        if until - offered >= LONG:
            yield Span(offered, until)


def _joined(spans: Iterable[Span], apart: int, after: int = 0) -> list[Span]:
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.begin <= found[-1].end + apart:
            found[-1] = Span(found[-1].begin, max(found[-1].end, span.end + after))
        else:
            found.append(Span(span.begin, span.end + after))
    return found


def troubles(visits: Sequence[Visit]) -> list[Span]:
    """When somebody should have been told; each begins with the first contact that was missed."""
    bad = [span for span in _joined(_bad(visits), 0) if span.end - span.begin >= LASTS]
    return _joined(bad, ONE)


def in_doubt(visits: Sequence[Visit]) -> list[Span]:
    """When being told is no false alarm."""
    return _joined([*_bad(visits), *_long_waits(visits)], 0, AFTER)


def missed_intervals(visits: Sequence[Visit]) -> set[int]:
    """The begins of half hours that ended below the target."""
    counted: dict[int, list[bool]] = {}
    for at, kept in _kept(visits):
        counted.setdefault(at - at % SLOT, []).append(kept)
    return {begin for begin, those in counted.items() if sum(those) < TARGET * len(those)}
