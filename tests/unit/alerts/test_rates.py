"""How often a robot is asked: exactly so many messages in any span."""

from hypothesis import given
from hypothesis import strategies as st

from floorpulse.alerts.notifiers import rates
from floorpulse.alerts.notifiers.rates import Rate, Rates

ROBOT = "robot"
TWENTY = (Rate(20, 60),)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_twenty_first_message_of_a_minute_waits_until_the_first_is_a_minute_old() -> None:
    clock = Clock()
    one = Rates(clock)
    for _ in range(20):
        assert one.wait(ROBOT, TWENTY) == 0
        clock.now += 1
    assert one.wait(ROBOT, TWENTY) == 40
    clock.now += 40
    assert one.wait(ROBOT, TWENTY) == 0


def test_the_narrowest_of_several_rates_counts() -> None:
    clock = Clock()
    one = Rates(clock)
    both = (Rate(2, 1), Rate(3, 60))
    assert [one.wait(ROBOT, both) for _ in range(3)] == [0, 0, 1]
    clock.now += 1
    assert one.wait(ROBOT, both) == 0
    assert one.wait(ROBOT, both) == 59


def test_robots_do_not_share_their_rates() -> None:
    one = Rates(Clock())
    assert one.wait("a", (Rate(1, 60),)) == 0
    assert one.wait("b", (Rate(1, 60),)) == 0


def test_what_was_not_sent_does_not_count() -> None:
    one = Rates(Clock())
    assert one.wait(ROBOT, (Rate(1, 60),)) == 0
    one.give_back(ROBOT)
    one.give_back(ROBOT)
    assert one.wait(ROBOT, (Rate(1, 60),)) == 0


def test_a_service_that_asked_for_a_pause_is_left_alone() -> None:
    clock = Clock()
    one = Rates(clock)
    one.quiet(ROBOT, 30)
    assert one.wait(ROBOT, ()) == 30
    clock.now += 30
    assert one.wait(ROBOT, ()) == 0


def test_robots_that_were_not_asked_for_long_are_forgotten() -> None:
    one = Rates(Clock())
    one.quiet("first", 1000)
    for number in range(rates.KEPT):
        one.wait(str(number), ())
    assert one.wait("first", ()) == 0


@given(st.lists(st.floats(0, 30), max_size=80))
def test_no_span_of_a_minute_has_more_than_twenty_messages(pauses: list[float]) -> None:
    clock = Clock()
    one = Rates(clock)
    sent: list[float] = []
    for pause in pauses:
        clock.now += pause
        if one.wait(ROBOT, TWENTY) == 0:
            sent.append(clock.now)
    for first, later in zip(sent, sent[20:], strict=False):
        assert later - first >= 60 - 1e-6
