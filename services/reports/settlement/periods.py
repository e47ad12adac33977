"""The period that somebody names: a month, a week or a day, as the contract settles them."""

import re
from datetime import date
from typing import NamedTuple

from floorpulse.definitions.domain.contract_words import PeriodKind
from floorpulse.definitions.domain.contracts import Contract
from floorpulse.reports.domain.periods import Period, period_of

MONTH = re.compile(r"(\d{4})-(\d{2})")
WEEK = re.compile(r"(\d{4})-W(\d{2})")


class NamedPeriod(NamedTuple):
    """A kind of period and a day in it."""

    kind: PeriodKind
    day: date

    def of(self, contract: Contract) -> Period:
        """The period by the calendar of the contract's zone; of the version that holds then.
        ValueError where the contract settles other periods.
        """
        zone = contract.versions[0].zone
        period = period_of(self.kind, self.day, zone)
        terms = next(
            (one for one in contract.versions if one.begin < period.end and one.end > period.begin),
            contract.versions[0],
        )
        if terms.period is not self.kind:
            message = (
                f"contract {contract.id} is settled by the {terms.period}: name a {terms.period}, "
                f"not a {self.kind}"
            )
            raise ValueError(message)
        return period_of(self.kind, self.day, terms.zone)


def named_period(
    month: str | None = None, week: str | None = None, day: str | None = None
) -> NamedPeriod:
    """The one that is named: 2026-10, 2026-W41 or 2026-10-05. ValueError where none is, or several
    are, or it is none.
    """
    told = [(kind, text) for kind, text in _kinds(month, week, day) if text is not None]
    if len(told) != 1:
        message = "name one period: a month (2026-10), a week (2026-W41) or a day (2026-10-05)"
        raise ValueError(message)
    [(kind, text)] = told
    return NamedPeriod(kind, _day_in(kind, text))


def _kinds(
    month: str | None, week: str | None, day: str | None
) -> tuple[tuple[PeriodKind, str | None], ...]:
    return (PeriodKind.MONTH, month), (PeriodKind.WEEK, week), (PeriodKind.DAY, day)


def _day_in(kind: PeriodKind, text: str) -> date:
    try:
        if kind is PeriodKind.MONTH and MONTH.fullmatch(text):
            return date.fromisoformat(f"{text}-01")
        if kind is PeriodKind.WEEK and WEEK.fullmatch(text):
            return date.fromisocalendar(int(text[:4]), int(text[6:]), 1)
        if kind is PeriodKind.DAY:
            return date.fromisoformat(text)
    except ValueError as wrong:
        message = f"{text!r} is no {kind}: {wrong}"
        raise ValueError(message) from wrong
    example = "2026-10" if kind is PeriodKind.MONTH else "2026-W41"
    message = f"{text!r} is no {kind}: write it as {example}"
    raise ValueError(message)


def label(period: Period) -> str:
    """The period as it is named: 2026-10, 2026-W41, 2026-10-05."""
    if period.kind is PeriodKind.MONTH:
        return f"{period.first:%Y-%m}"
    if period.kind is PeriodKind.WEEK:
        year, week, _ = period.first.isocalendar()
        return f"{year}-W{week:02}"
    return period.first.isoformat()
