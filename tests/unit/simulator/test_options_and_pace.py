"""Options that make no sense are refused; the others say when a floor runs and how fast."""

from pathlib import Path

import pytest

from floorpulse.simulator.options import (
    OptionsError,
    ReplayOptions,
    SimulateOptions,
    Target,
    key_in,
)
from floorpulse.simulator.pace import Course, Pace, course

TARGET = Target("http://127.0.0.1:8000", "fp_a_b")
NOW = 1_794_355_200_000
MINUTE = 60_000
HOUR = 60 * MINUTE


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://host", "http://", "http://host:port", ""])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(OptionsError, match="no address"):
        Target(url, "key")


def test_options_that_could_never_work_are_refused() -> None:
    with pytest.raises(OptionsError, match="at least 1"):
        Target("http://host", "key", batch=0)
    with pytest.raises(OptionsError, match="not above 0"):
        ReplayOptions("-", TARGET, speed=0)
    with pytest.raises(OptionsError, match="not above 0"):
        ReplayOptions("-", TARGET, speed=float("nan"))
    with pytest.raises(OptionsError, match="quiet, normal, double-eleven"):
        SimulateOptions(TARGET, scenario="busy")
    with pytest.raises(OptionsError, match="slower than life"):
        SimulateOptions(TARGET, speed=0.5)


def test_a_floor_begins_with_a_back_fill_and_never_ends_unless_told() -> None:
    assert course(SimulateOptions(TARGET), NOW) == Course(
        NOW - 90 * MINUTE, None, 8 * HOUR + 30 * MINUTE
    )


def test_its_duration_counts_from_the_end_of_the_back_fill() -> None:
    assert course(SimulateOptions(TARGET, duration=60), NOW).until == NOW + MINUTE


def test_an_accelerated_floor_with_a_duration_ends_now() -> None:
    way = course(SimulateOptions(TARGET, speed=None, duration=3600, clock=0), NOW)

    assert way == Course(NOW - HOUR, NOW, 0)


def test_a_start_that_is_told_is_the_start() -> None:
    assert course(SimulateOptions(TARGET, start=5 * HOUR, duration=60, clock=3600), NOW) == Course(
        5 * HOUR, 5 * HOUR + MINUTE, HOUR
    )


def test_the_clock_is_what_the_floor_shows_when_it_goes_live() -> None:
    assert course(SimulateOptions(TARGET, clock=30 * 60), NOW).opening == 23 * HOUR


@pytest.mark.parametrize("speed", [1.0, None])
def test_in_real_time_the_past_is_made_up_for_at_once(speed: float | None) -> None:
    assert Pace(NOW - HOUR, NOW, speed).reached(NOW + 5) == NOW + 5


def test_accelerated_time_catches_up_with_the_clock_and_never_passes_it() -> None:
    pace = Pace(NOW - HOUR, NOW, 60)

    assert pace.reached(NOW) == NOW - HOUR
    assert pace.reached(NOW + 30_000) == NOW - HOUR + 30 * MINUTE
    assert pace.reached(NOW + 5 * MINUTE) == NOW + 5 * MINUTE


def test_a_key_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("fp_a_b\n")

    assert key_in(file) == "fp_a_b"


@pytest.mark.parametrize("content", [b"", b"two keys", b"\xff\xfe", "schlüssel".encode()])
def test_a_file_without_exactly_one_key_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)

    with pytest.raises(OptionsError, match="key"):
        key_in(file)


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(OptionsError, match="nowhere"):
        key_in(tmp_path / "nowhere")
