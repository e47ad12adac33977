"""Months in UTC: each begins where the one before ends."""

from datetime import UTC, datetime

import pytest

from floorpulse.counting.months import Month, month_of
from floorpulse.kpi_engine.upkeep.retention_limits import month_named


def instant(year: int, month: int, day: int = 1) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize("month", range(1, 13))
def test_a_month_reaches_from_its_first_instant_to_the_next_ones(month: int) -> None:
    begin = instant(2026, month)
    end = instant(2026 + month // 12, month % 12 + 1)
    expected = Month(f"2026_{month:02}", begin, end)

    assert [month_of(at) for at in (begin, begin + 1, instant(2026, month, 28), end - 1)] == [
        expected
    ] * 4
    assert month_of(end).begin == end


def test_a_part_of_a_table_is_named_after_its_month() -> None:
    assert month_named("agent_state_2099_02") == Month(
        "2099_02", instant(2099, 2), instant(2099, 3)
    )
