"""When somebody should have been told, and when nobody: from the contacts themselves, without
anything of what is being judged.

contacts   ✓ ✓ ✗ ✓ ✗ ✗ ✗ ✗ ✓ ✗ ✗ ✓ ✓ ✓ ✓ ✓       ✓ answered within the promise, ✗ not
bad                    ├─────────┤              of those of the last five minutes whose fate is
                                                known, five or more, fewer than half were kept
trouble                ▲                        bad for five minutes or longer: told by its begin
in doubt   bad for two minutes, or somebody waited for as long: being told is no false alarm
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from math import floor
from typing import NamedTuple

from floorpulse.board.domain.windows import Span
from floorpulse.contracts.visits import Visit
from tests.benchmarks.alert_days.queue_model import MINUTE, SECOND

PROMISE = 20 * SECOND
SHORT = 5 * SECOND
LOOK = 5 * MINUTE
FEWEST = 5
"""Contacts in five minutes; fewer are no trouble of a queue"""
HALF = 0.5
LASTS = 5 * MINUTE
"""What is bad for less time is over before anybody has come"""
BRIEF = 2 * MINUTE
"""What was bad for so long, with interruptions of `BLINK`, may be told"""
BLINK = 30 * SECOND
ONE = 15 * MINUTE
"""Troubles that lie no further apart are one"""
LONG = 2 * MINUTE
AROUND = 15 * MINUTE
"""For so long afterwards a window of a quarter of an hour still shows what was"""
TARGET = 0.8
SLOT = 30 * MINUTE
ROUNDING = 1e-9


class _Fate(NamedTuple):
    """Whether a contact was kept, and from when on that is known."""

    offered: int
    known: int
    kept: bool


def _fates(visits: Sequence[Visit]) -> Iterator[_Fate]:
    """Those that count: who gave up within seconds does not."""
    for visit in visits:
        offered = visit.offered_at or 0
        if visit.answered_at is not None and visit.answered_at - offered <= PROMISE:
            yield _Fate(offered, visit.answered_at, kept=True)
        elif visit.abandoned_at is None or visit.abandoned_at - offered > PROMISE:
            yield _Fate(offered, offered + PROMISE, kept=False)
        elif visit.abandoned_at - offered > SHORT:
            yield _Fate(offered, visit.abandoned_at, kept=False)


def _bad(visits: Sequence[Visit]) -> Iterator[Span]:
    """When fewer than half are kept, second by second."""
    fates = list(_fates(visits))
    offers = [one.offered for one in fates]
    first = offers[0] if offers else 0
    last = offers[-1] if offers else 0
    for at in range(first - first % SECOND, last + LOOK, SECOND):
        seen = fates[bisect_right(offers, at - LOOK) : bisect_right(offers, at)]
        known = [one.kept for one in seen if one.known <= at]
        if len(known) >= FEWEST and sum(known) < HALF * len(known):
            yield Span(at, at + SECOND)


def _long_waits(visits: Sequence[Visit]) -> Iterator[Span]:
    for visit in visits:
        offered = visit.offered_at or 0
        until = visit.answered_at or visit.abandoned_at or offered
        if until - offered >= LONG:
            yield Span(offered, until)


def _joined(spans: Iterable[Span], apart: int) -> list[Span]:
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.begin <= found[-1].end + apart:
            found[-1] = Span(found[-1].begin, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def troubles(visits: Sequence[Visit]) -> list[Span]:
    """When somebody should have been told: by the begin of each."""
    bad = [span for span in _joined(_bad(visits), 0) if span.end - span.begin >= LASTS]
    return _joined(bad, ONE)


def in_doubt(visits: Sequence[Visit]) -> list[Span]:
    """When being told is no false alarm."""
    bad = [span for span in _joined(_bad(visits), BLINK) if span.end - span.begin >= BRIEF]
    spans = [*bad, *_long_waits(visits)]
    return _joined((Span(span.begin - LOOK, span.end + AROUND) for span in spans), 0)


def lost_half_hours(visits: Sequence[Visit]) -> dict[int, int]:
    """The half hours that ended below the target, by their begins: when each was lost, which is
    when one contact more was missed than the whole half hour could bear.
    """
    counted: dict[int, list[_Fate]] = {}
    for fate in _fates(visits):
        counted.setdefault(fate.offered - fate.offered % SLOT, []).append(fate)
    lost: dict[int, int] = {}
    for begin, those in counted.items():
        missed = sorted(fate.known for fate in those if not fate.kept)
        bears = floor((1 - TARGET) * len(those) + ROUNDING)
        if len(missed) > bears:
            lost[begin] = missed[bears]
    return lost


def lies_in(spans: Sequence[Span], at: int) -> bool:
    """Whether an instant lies in one of some spans, ascending."""
    place = bisect_left(spans, Span(at + 1, 0)) - 1
    return place >= 0 and at in spans[place]
