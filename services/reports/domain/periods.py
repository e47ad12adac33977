"""Periods, windows and the parts of a period, by the calendar of a contract's zone.

month       ├────────────────────────────────────────────────┤
versions    ├──────── v1 ────────┤├───────────── v2 ─────────┤
phases      ├── onboarding ─┤├───────── operation ───────────┤
parts       ├───────────────┤├────┤├─────────────────────────┤
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from floorpulse.board.domain.windows import Span
from floorpulse.counting.days import first_instant, local_day
from floorpulse.definitions.domain.contract_words import PeriodKind, Window
from floorpulse.definitions.domain.contracts import Contract, ContractTerms, Phase

HALF_HOUR = 1_800_000
"""Milliseconds"""


@dataclass(frozen=True)
class Period:
    """The days from `first` up to, without, `after`, in a zone."""

    kind: PeriodKind
    first: date
    after: date
    zone: ZoneInfo

    @property
    def begin(self) -> int:
        """Its first instant, epoch milliseconds."""
        return first_instant(self.first, self.zone)

    @property
    def end(self) -> int:
        """The first instant after it, epoch milliseconds."""
        return first_instant(self.after, self.zone)

    @property
    def span(self) -> Span:
        """All of it."""
        return Span(self.begin, self.end)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.after - self.first).days


@dataclass(frozen=True)
class Part:
    """The instants [begin, end) of a period that stand under one version and in one phase."""

    begin: int
    end: int
    terms: ContractTerms
    phase: Phase


def period_of(kind: PeriodKind, day: date, zone: ZoneInfo) -> Period:
    """The period that a day lies in; weeks begin on Monday."""
    first, after = _days_of(kind.value, day)
    return Period(kind, first, after, zone)


def parts_of(contract: Contract, period: Period) -> tuple[Part, ...]:
    """The parts of a period in the order of time; what no phase holds is in none."""
    return tuple(_parts(contract, period))


def _parts(contract: Contract, period: Period) -> Iterator[Part]:
    for terms in contract.versions:
        for phase in sorted(terms.phases, key=lambda one: one.begin):
            begin = max(period.begin, terms.begin, phase.begin)
            end = min(period.end, terms.end, phase.end)
            if begin < end:
                yield Part(begin, end, terms, phase)


def window_of(window: Window, at: int, zone: ZoneInfo) -> tuple[int, int]:
    """The window [begin, end) that an instant lies in, epoch milliseconds; half hours are counted
    from the first instant of the local day.
    """
    day = local_day(at, zone)
    if window is Window.INTERVAL:
        midnight = first_instant(day, zone)
        begin = midnight + (at - midnight) // HALF_HOUR * HALF_HOUR
        return begin, min(begin + HALF_HOUR, first_instant(day + timedelta(days=1), zone))
    first, after = _days_of(window.value, day)
    return first_instant(first, zone), first_instant(after, zone)


def _days_of(kind: str, day: date) -> tuple[date, date]:
    if kind == PeriodKind.DAY:
        return day, day + timedelta(days=1)
    if kind == PeriodKind.WEEK:
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=7)
    first = day.replace(day=1)
    return first, first + timedelta(days=monthrange(day.year, day.month)[1])
