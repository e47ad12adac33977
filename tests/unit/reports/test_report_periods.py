"""The periods of reports."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from floorpulse.definitions.domain.contract_words import PeriodKind
from floorpulse.reports.domain.periods import Period
from floorpulse.reports.domain.report_periods import before, hours_of, label_of, period_named

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def named(kind: PeriodKind, text: str, zone: ZoneInfo = SHANGHAI) -> Period:
    return period_named(kind, text, zone)


@pytest.mark.parametrize(
    ("kind", "text", "first", "after"),
    [
        (PeriodKind.DAY, "2026-11-27", date(2026, 11, 27), date(2026, 11, 28)),
        (PeriodKind.WEEK, "2026-W48", date(2026, 11, 23), date(2026, 11, 30)),
        (PeriodKind.WEEK, "2026-W53", date(2026, 12, 28), date(2027, 1, 4)),
        (PeriodKind.MONTH, "2026-12", date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_a_name_says_which_days(kind: PeriodKind, text: str, first: date, after: date) -> None:
    found = named(kind, text)

    assert (found.first, found.after) == (first, after)
    assert label_of(found) == text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (PeriodKind.DAY, "2026-11-31"),
        (PeriodKind.DAY, "20261127"),
        (PeriodKind.DAY, "yesterday!"),
        (PeriodKind.WEEK, "2026-W54"),
        (PeriodKind.WEEK, "2026-48"),
        (PeriodKind.MONTH, "2026-13"),
        (PeriodKind.MONTH, "２０２６-11"),
    ],
)
def test_what_is_no_period_is_refused_with_an_example(kind: PeriodKind, text: str) -> None:
    with pytest.raises(ValueError, match=rf"is no {kind}: write one such as 2026-"):
        named(kind, text)


def test_a_year_beyond_all_history_is_refused() -> None:
    with pytest.raises(ValueError, match="outside 1990 to 2099"):
        named(PeriodKind.MONTH, "1989-12")


def test_days_have_23_and_25_hours_when_clocks_change() -> None:
    assert hours_of(named(PeriodKind.DAY, "2026-03-29", BERLIN).span) == 23
    assert hours_of(named(PeriodKind.DAY, "2026-10-25", BERLIN).span) == 25
    assert hours_of(named(PeriodKind.WEEK, "2026-W43", BERLIN).span) == 169


def test_the_period_before_is_of_the_same_kind() -> None:
    assert label_of(before(named(PeriodKind.MONTH, "2026-03"))) == "2026-02"
    assert label_of(before(named(PeriodKind.WEEK, "2027-W01"))) == "2026-W53"
    assert label_of(before(named(PeriodKind.DAY, "2026-03-01"))) == "2026-02-28"
