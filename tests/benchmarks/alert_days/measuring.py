"""How well the rules tell: how soon, how often wrongly, how often at all, how far ahead."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil, inf
from typing import NamedTuple

from tests.benchmarks.alert_days.oracle import SLOT, in_doubt, lies_in, lost_half_hours, troubles
from tests.benchmarks.alert_days.queue_model import MINUTE, SECOND
from tests.benchmarks.alert_days.watching import Page, Watched

PREDICTS = "half-hour-at-risk"
STALE = "figures-stale"
PAGES = ("service-level-low", "longest-wait", "abandons-in-a-row", "more-than-forecast")
"""The rules that wake somebody because of what happens"""
WEEK = 7
DELAY = 90.0
AN_HOUR = 4
OUTAGE = 1500.0
RIGHT = 0.6
AHEAD = 300.0
GRACE = 5 * MINUTE
"""How long after its source is heard again a stale queue may still be told"""


@dataclass
class Measured:
    """What was measured over some days; spans are seconds."""

    days: int = 0
    delays: list[float] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    unheard: list[float] = field(default_factory=list)
    an_hour: list[int] = field(default_factory=list)
    leads: list[float] = field(default_factory=list)
    predicted: int = 0
    came_true: int = 0
    lost: int = 0

    @property
    def delay_p90(self) -> float:
        """Seconds within which nine of ten troubles were told; a trouble that was not told counts
        as never.
        """
        return quantile(self.delays, 0.9)

    @property
    def false_a_week(self) -> float:
        """False pages of a queue in a week."""
        return WEEK * len(self.false) / self.days

    @property
    def precision(self) -> float:
        """The share of predictions that came true: their half hours were lost."""
        return self.came_true / self.predicted if self.predicted else 1.0

    @property
    def lead(self) -> float:
        """Seconds for which a half hour had been said to be at risk when it was lost, median; one
        that nobody said so of counts as 0.
        """
        return quantile(self.leads, 0.5)


class Promise(NamedTuple):
    """A promise about the rules, in words with the figure, and whether it was kept; `ahead`: it is
    about predictions, which takes many days to tell.
    """

    told: str
    kept: bool
    ahead: bool = False


def kept(found: Measured) -> list[Promise]:
    """What the rules promise."""
    an_hour = max(found.an_hour, default=0)
    stale = max(found.unheard, default=0.0)
    return [
        Promise(f"told within {found.delay_p90:.0f} s, p90 (90 s)", found.delay_p90 <= DELAY),
        Promise(f"{found.false_a_week:.2f} false pages a queue-week (1)", found.false_a_week <= 1),
        Promise(f"{an_hour} notices an hour of a flapping queue (4)", an_hour <= AN_HOUR),
        Promise(f"an outage is told within {stale / 60:.1f} min (25)", stale <= OUTAGE),
        Promise(
            f"{found.precision:.2f} of predictions come true (0.6)",
            found.precision >= RIGHT,
            ahead=True,
        ),
        Promise(
            f"{found.lead / 60:.1f} min before the half hour is lost, median (5)",
            found.lead >= AHEAD or not found.leads,
            ahead=True,
        ),
    ]


def quantile(values: Sequence[float], share: float) -> float:
    """The nearest-rank quantile; 0 of nothing."""
    ranked = sorted(values)
    return ranked[max(0, ceil(share * len(ranked)) - 1)] if ranked else 0.0


def measured(days: Iterable[Watched]) -> Measured:
    """The measures of some days together."""
    found = Measured()
    for watched in days:
        found.days += 1
        visits = watched.day.model.visits
        told = watched.of(*PAGES, PREDICTS)
        found.delays += [_delay(told, one.begin, one.end) for one in troubles(visits)]
        found.false += _false(watched)
        found.unheard += [
            _delay(watched.of(STALE), one.begin, one.end) for one in watched.day.unheard
        ]
        if watched.day.kind == "flapping":
            found.an_hour.append(watched.most_an_hour())
        _predictions(watched, found)
    return found


def _delay(pages: Sequence[Page], begin: int, end: int) -> float:
    """Seconds from the begin of a trouble until an incident is open; never: infinitely many."""
    there = [
        page.opened_at
        for page in pages
        if page.opened_at < end and (page.resolved_at is None or page.resolved_at > begin)
    ]
    return max(0.0, (min(there) - begin) / SECOND) if there else inf


def _false(watched: Watched) -> Iterator[str]:
    doubt = in_doubt(watched.day.model.visits)
    for page in watched.of(*PAGES):
        if not lies_in(doubt, page.opened_at):
            yield f"{watched.day.kind}/{watched.day.seed} {page.rule}"
    for page in watched.of(STALE):
        unheard = watched.day.unheard
        if not any(one.begin <= page.opened_at < one.end + GRACE for one in unheard):
            yield f"{watched.day.kind}/{watched.day.seed} {page.rule}"


def _predictions(watched: Watched, found: Measured) -> None:
    lost = lost_half_hours(watched.day.model.visits)
    predictions = watched.of(PREDICTS)
    found.predicted += len(predictions)
    found.came_true += sum(page.opened_at - page.opened_at % SLOT in lost for page in predictions)
    found.lost += len(lost)
    found.leads += [_lead(predictions, begin, at) for begin, at in lost.items()]


def _lead(pages: Sequence[Page], begin: int, at: int) -> float:
    """For how many seconds of a half hour an incident had been open when the half hour was lost."""
    there = [
        max(begin, page.opened_at)
        for page in pages
        if page.opened_at <= at and (page.resolved_at is None or page.resolved_at > begin)
    ]
    return (at - min(there)) / SECOND if there else 0.0
