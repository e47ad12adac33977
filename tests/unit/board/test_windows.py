"""Windows and local days, also where clocks are moved."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from floorpulse.board.domain.windows import HOUR, MINUTE, Span, Window, span_of
from floorpulse.counting.days import first_instant, local_day


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def test_a_sliding_window_is_n_complete_panes_and_the_current_one() -> None:
    span = span_of(Window.M5, at("2026-11-11T10:07:20Z"), MINUTE, ZoneInfo("UTC"))

    assert span == Span(at("2026-11-11T10:02:00Z"), at("2026-11-11T10:08:00Z"))


@pytest.mark.parametrize(
    ("zone", "now", "begin"),
    [
        ("Asia/Shanghai", "2026-11-11T00:30:00+08:00", "2026-11-11T00:00:00+08:00"),
        (
            "America/New_York",
            "2026-03-08T12:00:00-04:00",
            "2026-03-08T00:00:00-05:00",
        ),  # clocks went forward at 2:00
        ("America/New_York", "2026-11-01T12:00:00-05:00", "2026-11-01T00:00:00-04:00"),  # and back
        (
            "America/Sao_Paulo",
            "2018-11-04T09:00:00-02:00",
            "2018-11-04T01:00:00-02:00",
        ),  # midnight itself was skipped
        (
            "Atlantic/Azores",
            "2026-10-25T12:00:00-01:00",
            "2026-10-25T00:00:00+00:00",
        ),  # midnight came twice: the first
        ("Asia/Kathmandu", "2026-11-11T12:00:00+05:45", "2026-11-11T00:00:00+05:45"),
    ],
)
def test_today_begins_at_local_midnight(zone: str, now: str, begin: str) -> None:
    assert span_of(Window.TODAY, at(now), MINUTE, ZoneInfo(zone)).begin == at(begin)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-03-30", 24), ("2026-10-25", 25)]
)
def test_a_day_has_the_hours_its_clocks_give_it(day: str, hours: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    today = datetime.fromisoformat(day).date()
    tomorrow = local_day(first_instant(today, zone) + 26 * HOUR, zone)

    assert first_instant(tomorrow, zone) - first_instant(today, zone) == hours * HOUR
