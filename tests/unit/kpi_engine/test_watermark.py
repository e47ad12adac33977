"""How far event time has come: the latest plausible event less the allowance; the clock where
nothing happens, as far as it is believed.
"""

from floorpulse.kpi_engine.fold.watermark import (
    FUTURE,
    advance_watermark,
    believed_watermark,
    idle_watermark,
)

NOW = 1_000_000_000
ALLOWED = 15_000
HOUR = 3_600_000


def test_it_follows_the_latest_event_and_never_goes_back() -> None:
    assert advance_watermark(None, [NOW, NOW - 5], NOW, ALLOWED) == NOW - ALLOWED
    assert advance_watermark(NOW, [NOW + 20_000], NOW, ALLOWED) == NOW + 5_000
    assert advance_watermark(NOW, [NOW + 10_000], NOW, ALLOWED) == NOW
    assert advance_watermark(NOW, [], NOW, ALLOWED) == NOW


def test_a_clock_a_minute_ahead_is_believed_and_one_further_ahead_is_not() -> None:
    assert advance_watermark(None, [NOW + FUTURE], NOW, ALLOWED) == NOW + FUTURE - ALLOWED
    assert advance_watermark(None, [NOW + FUTURE + 1], NOW, ALLOWED) is None
    assert advance_watermark(None, [NOW, NOW + FUTURE + 1], NOW, ALLOWED) == NOW - ALLOWED


def test_of_an_idle_partition_it_follows_the_clock() -> None:
    assert idle_watermark(5, NOW, ALLOWED) == NOW - ALLOWED
    assert idle_watermark(NOW, NOW, ALLOWED) == NOW


def test_a_partition_that_never_had_an_event_has_none() -> None:
    assert idle_watermark(None, NOW, ALLOWED) is None
    assert believed_watermark(None, None, NOW, ALLOWED) is None


def test_what_a_clock_that_was_ahead_left_behind_is_withdrawn_once_it_is_set_back() -> None:
    ahead = NOW + 2 * HOUR

    assert believed_watermark(ahead, NOW - 20_000, NOW, ALLOWED) == NOW - ALLOWED
    assert believed_watermark(ahead, NOW + 3_000, NOW, ALLOWED) == NOW + 3_000
    assert (
        believed_watermark(ahead, None, NOW, ALLOWED) == NOW - ALLOWED
    )  # as the database has it, after a restart


def test_what_events_brought_about_stays_whatever_the_clock_says() -> None:
    assert believed_watermark(NOW, NOW, NOW - 2 * HOUR, ALLOWED) == NOW
    assert believed_watermark(NOW, None, NOW, ALLOWED) == NOW
