"""What the counters of `/metrics` tell: they start at 0 with the process and never fall.

A correction downwards is held back until new contacts have made up for it. Where queues and
channels move to or from those that are told together, that sum goes on from where it was: a rate
over it shows what happened, not who is in it.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from floorpulse.contracts.cells import BUCKETS, COMPLAINTS, HANDLING, LEFT, Cell, Cells, Histogram
from floorpulse.counting.histograms import bucket_seconds, count_within
from floorpulse.kpis.policies import ServiceLevelPolicy
from floorpulse.query.prometheus.metric_names import WAITS

BOUNDS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
STEPS = tuple(bisect_left(BOUNDS, bucket_seconds(index)) for index in range(2 * BOUNDS[-1] + 1))
"""The bound of each bucket of answered waits; later ones are beyond all"""
SURVEYS = {
    "csat": Cell.CSAT_COUNT,
    "nps": Cell.NPS_COUNT,
    "fcr": Cell.FCR_COUNT,
    "ces": Cell.CES_COUNT,
}

Judged = Sequence[tuple[ServiceLevelPolicy, Cells]]
"""What was counted, each part under its own policy"""


class CounterSeries(NamedTuple):
    """A series that each queue and channel has: its family, the name of its samples, its labels
    beside the queue's.
    """

    family: str
    name: str
    labels: str = ""


def _all_series() -> Iterator[CounterSeries]:
    yield _counter("contactcenter_contacts_offered_total")
    yield _counter("contactcenter_contacts_answered_total")
    yield _counter("contactcenter_contacts_abandoned_total")
    yield _counter("contactcenter_contacts_handled_total")
    for reason in LEFT:
        yield _counter("contactcenter_contacts_left_total", f',reason="{reason}"')
    for kind in SURVEYS:
        yield _counter("contactcenter_survey_responses_total", f',kind="{kind}"')
    for severity in COMPLAINTS:
        yield _counter("contactcenter_complaints_total", f',severity="{severity}"')
    yield _counter("contactcenter_handle_seconds_total")
    yield _counter("contactcenter_contacts_answered_within_threshold_total")
    yield _counter("contactcenter_contacts_short_abandoned_total")
    for bound in (*map(float, BOUNDS), "+Inf"):
        yield CounterSeries(WAITS, f"{WAITS}_bucket", f',le="{bound}"')
    yield CounterSeries(WAITS, f"{WAITS}_sum")
    yield CounterSeries(WAITS, f"{WAITS}_count")


def _counter(name: str, labels: str = "") -> CounterSeries:
    return CounterSeries(name, name, labels)


SERIES = tuple(_all_series())
PLAIN = (
    Cell.OFFERED,
    Cell.ANSWERED,
    Cell.ABANDONED,
    Cell.HANDLED,
    *LEFT.values(),
    *SURVEYS.values(),
    *COMPLAINTS.values(),
)
"""The counters that are cells"""


def counted(cells: Cells, judged: Judged) -> list[float]:
    """The values of `SERIES`, in their order; who was in time is not counted under policies that
    only visits can be judged by.
    """
    within = Histogram.ANSWERED_WAIT
    short = Histogram.ABANDONED_WAIT
    judged = [(one, part) for one, part in judged if not one.by_visits]
    return [
        *[cells.get(cell, 0) for cell in PLAIN],
        sum([cells.get(cell, 0) for cell in HANDLING]) / 1000,
        sum([count_within(part, within, one.threshold, one.boundary) for one, part in judged]),
        sum([count_within(part, short, one.short, one.boundary) for one, part in judged]),
        *accumulate(_steps(cells)),
        cells.get(Cell.ANSWERED_WAIT, 0) / 1000,
        cells.get(Cell.ANSWERED, 0),
    ]


def _steps(cells: Cells) -> list[int]:
    """Answered waits between two bounds; a bucket's upper edge is exact, so every bound of whole
    seconds is.
    """
    steps = [0] * (len(BOUNDS) + 1)
    first = Histogram.ANSWERED_WAIT
    beyond = first + len(STEPS)
    last = first + BUCKETS
    for code, count in cells.items():
        if first <= code < last:
            steps[STEPS[code - first] if code < beyond else -1] += count
    return steps


class Counters:
    """Remembers what was told of each subject, which its labels name."""

    def __init__(self) -> None:
        self._told: dict[str, list[float]] = {}
        self._carried: dict[str, list[float]] = {}

    def tell(self, subject: str, values: Sequence[float]) -> Sequence[float]:
        """What a subject tells now that its parts sum up to `values`."""
        carried = self._carried.get(subject)
        reached = values if carried is None else map(sum, zip(values, carried, strict=True))
        told = self._told[subject] = list(map(max, reached, self.told(subject)))
        return told

    def told(self, subject: str) -> Sequence[float]:
        """What it told last; 0 before it told anything."""
        return self._told.get(subject) or [0] * len(SERIES)

    def carry(self, subject: str, values: Sequence[float], sign: int) -> None:
        """Queues and channels that counted `values` left the subject (`sign` 1: it keeps them) or
        came to it (-1: it counts from now on).
        """
        before = self._carried.get(subject) or [0] * len(SERIES)
        self._carried[subject] = [
            known + sign * value for known, value in zip(before, values, strict=True)
        ]
