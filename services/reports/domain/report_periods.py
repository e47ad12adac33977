"""The periods of reports: days, weeks and months of a zone's calendar, and the one before each.

week     Mon ├───┬───┬───┬───┬───┬───┬───┤ Mon        a day has 23 or 25 hours when clocks change
"""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from floorpulse.counting.days import first_instant, local_day
from floorpulse.reports.domain.report import Stretch

HOUR = 3_600_000
EXAMPLES = {Stretch.DAY: "2026-11-27", Stretch.WEEK: "2026-W48", Stretch.MONTH: "2026-11"}
FIRST_YEAR, LAST_YEAR = 1990, 2099


@dataclass(frozen=True)
class Period:
    """The days [first, until) of a zone."""

    stretch: Stretch
    first: date
    until: date
    zone: ZoneInfo

    @property
    def begin(self) -> int:
        """Its first instant, epoch milliseconds."""
        return first_instant(self.first, self.zone)

    @property
    def end(self) -> int:
        """Its end, not included, epoch milliseconds."""
        return first_instant(self.until, self.zone)

    @property
    def hours(self) -> int:
        """How many hours pass in it."""
        return (self.end - self.begin) // HOUR

    @property
    def label(self) -> str:
        """2026-11-27, 2026-W48 or 2026-11."""
        match self.stretch:
            case Stretch.DAY:
                return self.first.isoformat()
            case Stretch.WEEK:
                year, week, _ = self.first.isocalendar()
                return f"{year}-W{week:02}"
            case Stretch.MONTH:  # pragma: no branch  there is no fourth
                return f"{self.first:%Y-%m}"

    @property
    def before(self) -> "Period":
        """The period before it."""
        return period_of(self.stretch, self.first - timedelta(days=1), self.zone)


def period_of(stretch: Stretch, day: date, zone: ZoneInfo) -> Period:
    """The period that a day lies in."""
    match stretch:
        case Stretch.DAY:
            return Period(stretch, day, day + timedelta(days=1), zone)
        case Stretch.WEEK:
            monday = day - timedelta(days=day.weekday())
            return Period(stretch, monday, monday + timedelta(days=7), zone)
        case Stretch.MONTH:  # pragma: no branch  there is no fourth
            first = day.replace(day=1)
            return Period(stretch, first, (first + timedelta(days=32)).replace(day=1), zone)


def last_over(stretch: Stretch, now: int, zone: ZoneInfo) -> Period:
    """The latest period that is over at an instant, epoch milliseconds."""
    return period_of(stretch, local_day(now, zone), zone).before


def period_named(stretch: Stretch, text: str, zone: ZoneInfo) -> Period:
    """The period of that name. ValueError says how one is written."""
    try:
        first = _first(stretch, text)
    except ValueError as wrong:
        message = f"{text!r} is no {stretch}: write one such as {EXAMPLES[stretch]}"
        raise ValueError(message) from wrong
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        message = f"{text!r} lies outside {FIRST_YEAR} to {LAST_YEAR}"
        raise ValueError(message)
    return period_of(stretch, first, zone)


def _first(stretch: Stretch, text: str) -> date:
    example = EXAMPLES[stretch]
    if len(text) != len(example) or not text.isascii():
        raise ValueError(text)
    match stretch:
        case Stretch.DAY:
            return date.fromisoformat(text)
        case Stretch.WEEK:
            return date.fromisoformat(f"{text}-1")
        case Stretch.MONTH:  # pragma: no branch  there is no fourth
            return date.fromisoformat(f"{text}-01")
