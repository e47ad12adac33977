"""Periods, windows and parts by the calendar of the contract's zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from floorpulse.definitions.domain.contract_words import PeriodKind, Window
from floorpulse.reports.domain.periods import parts_of, period_of, window_of
from tests.fakes.paper import contract_in

NEW_YORK = ZoneInfo("America/New_York")
SHANGHAI = ZoneInfo("Asia/Shanghai")
TERMS = """
  - id: cut
    names: {en: Cut}
    client: shop
    vendor: {en: Vendor}
    currency: EUR
    billing: [{id: base, names: {en: Base}, per: month, rate: "1.00"}]
    phases:
      - {id: ramp-up, kind: onboarding, first_day: 2026-03-10, last_day: 2026-03-14}
      - {id: live, kind: operation, first_day: 2026-03-15}
"""
AMENDED = f"""
contracts:{TERMS}{TERMS}
    valid_from: 2026-03-20
    last_day: 2026-03-29
"""


def _at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize(
    ("kind", "first", "after", "days"),
    [
        (PeriodKind.DAY, date(2028, 2, 29), date(2028, 3, 1), 1),
        (PeriodKind.WEEK, date(2028, 2, 28), date(2028, 3, 6), 7),
        (PeriodKind.MONTH, date(2028, 2, 1), date(2028, 3, 1), 29),
    ],
)
def test_a_day_lies_in_its_day_week_and_month(
    kind: PeriodKind, first: date, after: date, days: int
) -> None:
    period = period_of(kind, date(2028, 2, 29), SHANGHAI)

    assert (period.first, period.after, period.days) == (first, after, days)
    assert period.begin == _at(f"{first}T00:00") - 8 * 3_600_000
    assert period.end - period.begin == days * 86_400_000


def test_the_month_in_which_clocks_move_is_an_hour_shorter() -> None:
    march = period_of(PeriodKind.MONTH, date(2026, 3, 8), NEW_YORK)

    assert march.end - march.begin == (31 * 24 - 1) * 3_600_000


@pytest.mark.parametrize(
    ("window", "at", "begin", "end"),
    [
        # 8 March 2026 in New York has 23 hours: 01:30 EST is followed by 03:00 EDT
        (Window.INTERVAL, "2026-03-08T06:45", "2026-03-08T06:30", "2026-03-08T07:00"),
        (Window.INTERVAL, "2026-03-08T07:10", "2026-03-08T07:00", "2026-03-08T07:30"),
        (Window.DAY, "2026-03-08T07:10", "2026-03-08T05:00", "2026-03-09T04:00"),
        (Window.WEEK, "2026-03-08T07:10", "2026-03-02T05:00", "2026-03-09T04:00"),
        (Window.MONTH, "2026-03-08T07:10", "2026-03-01T05:00", "2026-04-01T04:00"),
    ],
)
def test_an_instant_lies_in_its_windows(window: Window, at: str, begin: str, end: str) -> None:
    assert window_of(window, _at(at), NEW_YORK) == (_at(begin), _at(end))


def test_a_month_is_cut_by_phases_versions_and_the_last_day() -> None:
    contract = contract_in(AMENDED)

    parts = parts_of(contract, period_of(PeriodKind.MONTH, date(2026, 3, 1), ZoneInfo("UTC")))

    #      10 ├ ramp-up ┤ 15 ├ live, first version ┤ 20 ├ live, second version ┤ 30
    assert [(one.terms.name, one.phase.id, one.begin, one.end) for one in parts] == [
        ("cut@1", "ramp-up", _at("2026-03-10T00:00"), _at("2026-03-15T00:00")),
        ("cut@1", "live", _at("2026-03-15T00:00"), _at("2026-03-20T00:00")),
        ("cut@2", "live", _at("2026-03-20T00:00"), _at("2026-03-30T00:00")),
    ]


def test_the_version_in_force_is_that_of_the_day() -> None:
    contract = contract_in(AMENDED)

    found = [contract.at(_at(f"2026-03-{day}T00:00")) for day in (19, 20, 29, 30)]

    assert [one and one.name for one in found] == ["cut@1", "cut@2", "cut@2", None]
