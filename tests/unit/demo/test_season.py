"""Which floor the simulator runs, over starts and stops."""

import pytest

from floorpulse.demo.domain.season import BACKFILL, DAY, Season, season

HOUR = 3_600_000
NOW = 1_794_400_000_000
TEN = 10 * HOUR


def test_the_first_floor_begins_in_the_recent_past_and_shows_its_liveliest_hour_now() -> None:
    first = season(None, "normal", 10, NOW)

    assert first == Season("normal", NOW - BACKFILL, TEN - BACKFILL)


def test_a_floor_that_was_never_closed_goes_on_as_the_same() -> None:
    first = season(None, "normal", 10, NOW)

    assert season(first, "normal", 10, NOW + HOUR) == first


def test_the_clock_of_a_floor_that_began_before_midnight_is_of_the_day_before() -> None:
    assert season(None, "normal", 1, NOW).clock == DAY - HOUR // 2


@pytest.mark.parametrize(
    ("last", "why"),
    [
        (Season("quiet", NOW - HOUR, 0), "another scenario"),
        (Season("normal", NOW - DAY, 0), "a day old"),
        (Season("normal", NOW + 1, 0), "from the future"),
    ],
)
def test_another_floor_opens_after_one_of(last: Season, why: str) -> None:
    assert season(last, "normal", 10, NOW) == season(None, "normal", 10, NOW), why


def test_a_floor_opens_where_the_closed_one_ended() -> None:
    last = Season("normal", NOW - 2 * HOUR, 0).closed(NOW - 60_000)

    assert season(last, "normal", 10, NOW) == Season("normal", NOW - 60_000, TEN - 60_000)


def test_a_floor_closed_long_ago_does_not_matter() -> None:
    last = Season("normal", NOW - DAY, 0).closed(NOW - DAY // 2)

    assert season(last, "normal", 10, NOW).start == NOW - BACKFILL


def test_a_floor_closed_in_the_future_does_not_matter() -> None:
    last = Season("normal", NOW - DAY, 0).closed(NOW + HOUR)

    assert season(last, "normal", 10, NOW).start == NOW - BACKFILL
