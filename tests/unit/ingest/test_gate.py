"""The gate: bounded work under way."""

import pytest

from floorpulse.ingest.domain.gate import Gate, Overloaded


def test_room_is_held_for_the_length_of_the_block() -> None:
    gate = Gate("events", 10)
    with gate.hold(6), gate.hold(4):
        assert gate.under_way == 10
    assert gate.under_way == 0


def test_more_than_there_is_room_for_is_an_overload() -> None:
    gate = Gate("events", 10)
    with (
        gate.hold(6),
        pytest.raises(Overloaded, match="6 events are under way and 10 is the limit"),
        gate.hold(5),
    ):
        pass
    assert gate.under_way == 0
