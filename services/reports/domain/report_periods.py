"""The periods of reports: what they are called, the one before each, the last one that is over.

week     Mon ├───┬───┬───┬───┬───┬───┬───┤ Mon        a day has 23 or 25 hours when clocks change
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from floorpulse.board.domain.windows import Span
from floorpulse.definitions.domain.contract_words import PeriodKind
from floorpulse.reports.domain.periods import Period, period_of

HOUR = 3_600_000
EXAMPLES = {
    PeriodKind.DAY: "2026-11-27",
    PeriodKind.WEEK: "2026-W48",
    PeriodKind.MONTH: "2026-11",
}
FIRST_YEAR = 1990
LAST_YEAR = 2099


def hours_of(span: Span) -> int:
    """How many hours pass in it."""
    return (span.end - span.begin) // HOUR


def label_of(period: Period) -> str:
    """2026-11-27, 2026-W48 or 2026-11."""
    match period.kind:
        case PeriodKind.DAY:
            return period.first.isoformat()
        case PeriodKind.WEEK:
            year, week, _ = period.first.isocalendar()
            return f"{year}-W{week:02}"
        case PeriodKind.MONTH:  # pragma: no branch  there is no fourth
            return f"{period.first:%Y-%m}"


def before(period: Period) -> Period:
    """The period before it."""
    return period_of(period.kind, period.first - timedelta(days=1), period.zone)


def period_named(kind: PeriodKind, text: str, zone: ZoneInfo) -> Period:
    """The period of that name. ValueError says how one is written."""
    try:
        first = _first(kind, text)
    except ValueError as wrong:
        message = f"{text!r} is no {kind}: write one such as {EXAMPLES[kind]}"
        raise ValueError(message) from wrong
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        message = f"{text!r} lies outside {FIRST_YEAR} to {LAST_YEAR}"
        raise ValueError(message)
    return period_of(kind, first, zone)


def _first(kind: PeriodKind, text: str) -> date:
    if len(text) != len(EXAMPLES[kind]) or not text.isascii():
        raise ValueError(text)
    match kind:
        case PeriodKind.DAY:
            return date.fromisoformat(text)
        case PeriodKind.WEEK:
            return date.fromisoformat(f"{text}-1")
        case PeriodKind.MONTH:  # pragma: no branch  there is no fourth
            return date.fromisoformat(f"{text}-01")
