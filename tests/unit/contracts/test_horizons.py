"""How long visits are believed, and kept in mind."""

import pytest

from floorpulse.contracts.horizons import DAY, HOUR, channels, kept, most_of, usual
from floorpulse.contracts.visits import Longest


@pytest.mark.parametrize("channel", channels())
def test_an_engine_keeps_visits_as_long_as_any_definition_may_say(channel: str) -> None:
    assert kept(Longest(4 * HOUR, 4 * HOUR)).of(channel) == most_of(channel)


@pytest.mark.parametrize("channel", ["voice", "callback"])
def test_an_engine_keeps_calls_no_less_long_than_its_settings_say(channel: str) -> None:
    known = kept(Longest(wait=HOUR, conversation=3 * DAY))

    assert known.of(channel) == Longest(wait=DAY, conversation=3 * DAY)
    assert known.of("email") == most_of("email")


def test_the_extremes_are_those_of_any_channel() -> None:
    known = usual(Longest(wait=4 * HOUR, conversation=40 * DAY))

    assert known.shortest_wait == 4 * HOUR
    assert known.longest == Longest(wait=28 * DAY, conversation=40 * DAY)
    assert known.calls == Longest(wait=4 * HOUR, conversation=40 * DAY)
