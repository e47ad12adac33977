"""Spans, speeds and times of day as people write them."""

import pytest

from floorpulse.cli.option_types import multiple, seconds, time_of_day


def test_spans_are_a_number_and_a_unit() -> None:
    assert [seconds(text) for text in ("45s", "30m", "12h", "90d", "2w")] == [
        45,
        1800,
        43_200,
        7_776_000,
        1_209_600,
    ]


@pytest.mark.parametrize("text", ["", "90", "1.5h", "-3m", "h", "90m "])
def test_other_spans_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no span"):
        seconds(text)


def test_a_speed_is_a_number_or_max() -> None:
    assert [multiple("60"), multiple("0.5"), multiple("max")] == [60.0, 0.5, None]


def test_other_speeds_are_refused() -> None:
    with pytest.raises(ValueError, match="'fast' is no speed"):
        multiple("fast")


def test_a_time_of_day_may_have_seconds_and_their_thousandths() -> None:
    assert [time_of_day(text) for text in ("00:00", "09:30", "23:59:59", "08:30:00.250")] == [
        0,
        34_200,
        86_399,
        30_600.25,
    ]


@pytest.mark.parametrize("text", ["24:00", "9:30", "09:60", "noon"])
def test_other_times_of_day_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no time of day"):
        time_of_day(text)
