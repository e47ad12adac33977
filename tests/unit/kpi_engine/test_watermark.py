"""How far event time has come: the latest plausible event less the allowance, never back; the clock where nothing happens."""

from services.kpi_engine.domain.watermark import FUTURE, advance_watermark, idle_watermark

NOW = 1_000_000
ALLOWED = 15_000


def test_it_follows_the_latest_event_and_never_goes_back():
    assert advance_watermark(None, [NOW, NOW - 5], NOW, ALLOWED) == NOW - ALLOWED
    assert advance_watermark(NOW, [NOW + 20_000], NOW, ALLOWED) == NOW + 5_000
    assert advance_watermark(NOW, [NOW + 10_000], NOW, ALLOWED) == NOW
    assert advance_watermark(NOW, [], NOW, ALLOWED) == NOW


def test_a_clock_a_minute_ahead_is_believed_and_one_further_ahead_is_not():
    assert advance_watermark(None, [NOW + FUTURE], NOW, ALLOWED) == NOW + FUTURE - ALLOWED
    assert advance_watermark(None, [NOW + FUTURE + 1], NOW, ALLOWED) is None
    assert advance_watermark(None, [NOW, NOW + FUTURE + 1], NOW, ALLOWED) == NOW - ALLOWED


def test_after_an_allowance_of_silence_it_follows_the_clock():
    assert idle_watermark(5, NOW, NOW - ALLOWED, ALLOWED) == NOW - ALLOWED
    assert idle_watermark(5, NOW, NOW - ALLOWED + 1, ALLOWED) == 5
    assert idle_watermark(NOW, NOW, NOW - ALLOWED, ALLOWED) == NOW


def test_a_partition_that_never_had_an_event_has_none():
    assert idle_watermark(None, NOW, 0, ALLOWED) is None
