"""How the clocks of two lists differ: by a constant, and by how finely they tell time.

ours    ──●────●───────●──►          a zone or a clock that is off moves every visit alike:
theirs  ─────────●────●───────●──►   one finding, not one a visit
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median_low
from typing import NamedTuple

from floorpulse.reports.domain.comparison.listing import Listing, known

STEPS = (60_000, 1_000)
"""How coarsely lists tell time, the coarsest first; milliseconds. Finer ones tell milliseconds"""
SECOND = 1_000
NEAR = 60_000
"""Pairs that share a shift to this are evidence for it; milliseconds"""
QUARTER = 15 * 60_000
"""Zones are whole quarters of an hour apart"""
FARTHEST = 15 * 3_600_000
"""No two zones lie further apart"""
ASKED = 200
"""Visits of a list that are asked how far it is shifted, where ids say nothing"""


class Clock(NamedTuple):
    """How the times of their list lie to ours; milliseconds.

    `shift` is what theirs are late by. Two instants are the same within `offers`, two spans within
    `spans`: 0 where both lists tell time alike, less than a step where one of them rounds.
    """

    shift: int = 0
    offers: int = 0
    spans: int = 0


def step_of(values: Iterable[int]) -> int:
    """The coarsest step that all values keep to, milliseconds; 1 of a list without values."""
    steps = list(STEPS)
    seen = False
    for value in values:
        seen = True
        while steps and value % steps[0]:
            steps.pop(0)
        if not steps:
            return 1
    return steps[0] if seen else 1


def leeway(ours: int, theirs: int) -> int:
    """How far apart two values may be that are one, told in steps of ours and of theirs."""
    return 0 if ours == theirs else max(ours, theirs) - 1


def clock(ours: Listing, theirs: Listing, shift: int) -> Clock:
    """How the times of two lists lie to each other, theirs being late by about `shift`."""
    their_step = step_of(theirs.offered)
    offers = leeway(step_of(ours.offered), their_step)
    spans = leeway(
        step_of(value for column in (ours.wait, ours.talk) for value in known(column)),
        _span_step(theirs),
    )
    exact = _on_step(shift, their_step) if offers else shift
    return Clock(0 if abs(exact) <= offers else exact, offers, spans)


def _span_step(theirs: Listing) -> int:
    """Spans are hardly ever told in minutes: whole minutes only are an accident of short lists."""
    step = step_of(value for column in (theirs.wait, theirs.talk) for value in known(column))
    return min(step, SECOND)


def _rounded(value: int, step: int) -> int:
    return (value + step // 2) // step * step


def _on_step(shift: int, step: int) -> int:
    """The whole steps of a shift that was seen through rounded times. Those that are cut are half a
    step early in the middle: then it is a zone's, or the later one.
    """
    low = shift // step * step
    rest = shift - low
    if abs(2 * rest - step) > step // 2:
        return low if 2 * rest < step else low + step
    return low if low % QUARTER == 0 else low + step


def shift_of(apart: Sequence[int]) -> int | None:
    """The shift that most pairs share, being `apart` by so many milliseconds; None where they
    share none: then they are no pairs.
    """
    if not apart:
        return None
    middle = median_low(apart)
    near = sum(abs(one - middle) <= NEAR for one in apart)
    return middle if 2 * near > len(apart) else None


def guessed_shift(ours: Listing, theirs: Listing) -> int:
    """The shift under which most of their offers are one of ours; where not at least half are, 0.

    Every two offers vote for the whole second that they are apart; those behind the winner tell it
    to the millisecond.
    """
    offers = sorted(ours.offered)
    asked = theirs.offered[:: max(1, len(theirs) // ASKED)]
    votes: Counter[int] = Counter()
    for at in asked:
        near = _near(offers, at - FARTHEST, at + FARTHEST)
        votes.update({_rounded(at - offer, SECOND) for offer in near})
    shifts = [0, *votes]
    best = max(shifts, key=lambda shift: (_around(votes, shift), votes[shift], -abs(shift)))
    if 2 * _around(votes, best) < len(asked) or _around(votes, best) == _around(votes, 0):
        return 0
    return _exactly([_nearest(offers, at, best) for at in asked])


def _near(offers: Sequence[int], low: int, high: int) -> Sequence[int]:
    return offers[bisect_left(offers, low) : bisect_right(offers, high)]


def _around(votes: Counter[int], shift: int) -> int:
    return votes[shift - SECOND] + votes[shift] + votes[shift + SECOND]


def _nearest(offers: Sequence[int], at: int, shift: int) -> int:
    """How far an offer of theirs is from the nearest of ours under a shift."""
    near = _near(offers, at - shift - 2 * SECOND, at - shift + 2 * SECOND)
    return min((at - offer for offer in near), key=lambda one: abs(one - shift), default=shift)


def _exactly(apart: Sequence[int]) -> int:
    """What most are apart; where they are rounded, the middle."""
    [(common, times)] = Counter(apart).most_common(1)
    return common if 2 * times > len(apart) else median_low(apart)
