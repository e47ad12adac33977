"""What the counters of `/metrics` tell: they start at 0 with the process and never fall.

A correction downwards is held back until new contacts have made up for it. Where queues and
channels move to or from those that are told together, that sum goes on from where it was: a rate
over it shows what happened, not who is in it.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from floorpulse.contracts.cells import BUCKETS, COMPLAINTS, LEFT, Cell, Cells, Histogram
from floorpulse.counting.histograms import bucket_seconds, count_within
from floorpulse.kpis.policies import ServiceLevelPolicy
from floorpulse.query.prometheus.metric_names import WAITS

BOUNDS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
SURVEYS = {
    "csat": Cell.CSAT_COUNT,
    "nps": Cell.NPS_COUNT,
    "fcr": Cell.FCR_COUNT,
    "ces": Cell.CES_COUNT,
}

Key = tuple[str, str]
"""(name, labels) of a series"""
Judged = Sequence[tuple[ServiceLevelPolicy, Cells]]
"""What was counted, each part under its own policy"""


class Counters:
    """Remembers what was told of each series."""

    def __init__(self) -> None:
        self._told: dict[Key, float] = {}
        self._carried: defaultdict[Key, float] = defaultdict(float)

    def tell(self, key: Key, value: float) -> float:
        """What a series tells now that its parts sum up to `value`."""
        told = self._told[key] = max(value + self._carried.get(key, 0), self._told.get(key, 0))
        return told

    def carry(self, labels: str, values: Iterable[tuple[str, str, float]], sign: int) -> None:
        """Queues and channels that counted `values` left the sum `labels` (`sign` 1: it keeps them)
        or came to it (-1: it counts from now on).
        """
        for name, more, value in values:
            self._carried[name, labels + more] += sign * value


def counted(cells: Cells, judged: Judged) -> Iterator[tuple[str, str, float]]:
    """All counters, as name, labels beside the subject's own, value; samples of the histogram of
    waits come last.
    """
    yield from _counts(cells)
    yield from _judged(judged)
    for suffix, labels, value in _waits(cells):
        yield WAITS + suffix, labels, value


def _judged(parts: Judged) -> Iterator[tuple[str, str, float]]:
    """What definitions decide, each part under its own."""
    waits = Histogram.ANSWERED_WAIT
    abandons = Histogram.ABANDONED_WAIT
    within = sum(
        count_within(cells, waits, policy.threshold, policy.boundary) for policy, cells in parts
    )
    short = sum(
        count_within(cells, abandons, policy.short, policy.boundary) for policy, cells in parts
    )
    yield "contactcenter_contacts_answered_within_threshold_total", "", within
    yield "contactcenter_contacts_short_abandoned_total", "", short


def _counts(cells: Cells) -> Iterator[tuple[str, str, float]]:
    handle = sum(cells.get(cell, 0) for cell in (Cell.TALK, Cell.HOLD, Cell.WRAP))
    yield "contactcenter_contacts_offered_total", "", cells.get(Cell.OFFERED, 0)
    yield "contactcenter_contacts_answered_total", "", cells.get(Cell.ANSWERED, 0)
    yield "contactcenter_contacts_abandoned_total", "", cells.get(Cell.ABANDONED, 0)
    for reason, cell in LEFT.items():
        yield "contactcenter_contacts_left_total", f',reason="{reason}"', cells.get(cell, 0)
    yield "contactcenter_contacts_handled_total", "", cells.get(Cell.HANDLED, 0)
    yield "contactcenter_handle_seconds_total", "", handle / 1000
    for kind, cell in SURVEYS.items():
        yield "contactcenter_survey_responses_total", f',kind="{kind}"', cells.get(cell, 0)
    for severity, cell in COMPLAINTS.items():
        yield "contactcenter_complaints_total", f',severity="{severity}"', cells.get(cell, 0)


def _waits(cells: Cells) -> Iterator[tuple[str, str, float]]:
    """The histogram of answered waits; a bucket's upper edge is exact, so every bound of whole
    seconds is.
    """
    steps = [0] * (len(BOUNDS) + 1)
    for code, count in cells.items():
        if Histogram.ANSWERED_WAIT <= code < Histogram.ANSWERED_WAIT + BUCKETS:
            steps[bisect_left(BOUNDS, bucket_seconds(code - Histogram.ANSWERED_WAIT))] += count
    for bound, count in zip((*map(str, BOUNDS), "+Inf"), accumulate(steps), strict=True):
        yield "_bucket", f',le="{bound}"', count
    yield "_sum", "", cells.get(Cell.ANSWERED_WAIT, 0) / 1000
    yield "_count", "", cells.get(Cell.ANSWERED, 0)
