"""When reports go out, and of which period.

Times are those of Shanghai in November 2026; the 23rd is a Monday.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from floorpulse.definitions.domain.bodies import CalendarBody
from floorpulse.definitions.domain.calendars import Calendar, calendar_of
from floorpulse.definitions.domain.contract_words import PeriodKind
from floorpulse.definitions.domain.report_terms import ReportBody
from floorpulse.reports.domain.report_periods import label_of
from floorpulse.reports.domain.schedules import due, instant_on, issue_id

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
WORKDAYS = calendar_of(
    CalendarBody(
        id="office",
        hours={
            "monday": ["09:00-18:00"],
            "tuesday": ["09:00-18:00"],
            "wednesday": ["09:00-18:00"],
            "thursday": ["09:00-18:00"],
            "friday": ["09:00-18:00"],
        },
    )
)
NEVER_OPEN = calendar_of(CalendarBody(id="never", hours={}))


def at(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * 1000


def a_schedule(kind: PeriodKind = PeriodKind.DAY, time: str = "08:00") -> ReportBody:
    return ReportBody(
        id="mornings", names={"en": "Mornings"}, period=kind, at=time, receivers=["boss"]
    )


def label(
    now: str, kind: PeriodKind = PeriodKind.DAY, calendar: Calendar | None = None
) -> str | None:
    found = due(a_schedule(kind), at(now), SHANGHAI, calendar)
    return None if found is None else label_of(found.period)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-11-25 07:59:59", "2026-11-23"),
        ("2026-11-25 08:00:00", "2026-11-24"),
        ("2026-11-25 23:59:59", "2026-11-24"),
    ],
)
def test_a_daily_report_tells_of_the_day_before_from_its_time_on(now: str, told: str) -> None:
    assert label(now) == told


def test_after_a_week_of_silence_only_the_latest_is_due() -> None:
    found = due(a_schedule(), at("2026-11-30 12:00:00"), SHANGHAI, None)

    assert found is not None
    assert label_of(found.period) == "2026-11-29"
    assert found.at == at("2026-11-30 08:00:00")


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-11-28 12:00:00", "2026-11-26"),  # a Saturday: the last one went out on Friday
        ("2026-11-30 07:00:00", "2026-11-26"),
        ("2026-11-30 08:00:00", "2026-11-27"),  # Monday tells of Friday
        ("2026-12-01 08:00:00", "2026-11-30"),
    ],
)
def test_with_a_calendar_only_open_days_are_told_and_only_on_open_days(now: str, told: str) -> None:
    assert label(now, calendar=WORKDAYS) == told


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-11-23 07:00:00", "2026-W46"),
        ("2026-11-23 08:00:00", "2026-W47"),
        ("2026-11-29 08:00:00", "2026-W47"),
    ],
)
def test_a_weekly_report_goes_out_on_monday(now: str, told: str) -> None:
    assert label(now, PeriodKind.WEEK) == told


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-11-01 09:00:00", "2026-09"),  # the first is a Sunday
        ("2026-11-02 08:00:00", "2026-10"),
        ("2026-11-30 08:00:00", "2026-10"),
    ],
)
def test_a_monthly_report_waits_for_the_first_open_day(now: str, told: str) -> None:
    assert label(now, PeriodKind.MONTH, WORKDAYS) == told


def test_where_the_calendar_never_opens_nothing_is_due() -> None:
    assert label("2026-11-25 08:00:00", calendar=NEVER_OPEN) is None


def test_a_day_that_opens_after_forty_closed_ones_has_no_report() -> None:
    only_today = calendar_of(
        CalendarBody(id="once", hours={}, exceptions={"2026-11-25": ["09:00-18:00"]})
    )

    assert label("2026-11-25 08:00:00", calendar=only_today) is None


def test_a_time_that_the_clocks_skip_comes_as_far_after_the_skip() -> None:
    day = datetime(2026, 3, 29, tzinfo=BERLIN).date()

    assert instant_on(day, "02:30", BERLIN) == at("2026-03-29 03:30:00", BERLIN)


def test_of_a_schedule_and_a_period_there_is_one_report() -> None:
    one = issue_id("demo", a_schedule(), "2026-11-24")

    assert issue_id("demo", a_schedule(time="09:00"), "2026-11-24") == one
    assert issue_id("demo", a_schedule(), "2026-11-25") != one
    assert issue_id("acme", a_schedule(), "2026-11-24") != one
