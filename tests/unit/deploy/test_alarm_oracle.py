"""The oracle of the floor's alerts: what must fire, what may, and what must not."""

from collections.abc import Sequence
from dataclasses import replace

from tests.reliability.alarm_oracle import QueueNow, Sample, may_fire, must_fire

WELL = QueueNow(
    channel="voice",
    target=0.8,
    service_level=0.9,
    judged=50,
    recent_service_level=0.98,
    abandonment=0.02,
    offered=60,
    waiting=0,
    longest_wait=0,
    available=3,
    logged_in=9,
)
LOW = replace(WELL, service_level=0.7)
ALARM = ("FloorServiceLevelLow", "orders")


def course(*queues: QueueNow) -> Sequence[Sample]:
    """Samples ten seconds apart."""
    return [Sample(10.0 * number, {"orders": queue}) for number, queue in enumerate(queues)]


def test_a_cause_that_lasts_must_fire() -> None:
    assert must_fire(course(*[LOW] * 20)) == {ALARM}


def test_a_cause_that_lasts_about_as_long_as_the_hold_may() -> None:
    about = course(WELL, *[LOW] * 12, WELL)

    assert must_fire(about) == set()
    assert may_fire(about) == {ALARM}


def test_a_cause_that_comes_and_goes_must_not() -> None:
    assert may_fire(course(*[LOW, LOW, LOW, WELL] * 10)) == set()


def test_a_small_number_is_chance() -> None:
    assert may_fire(course(*[replace(LOW, judged=19)] * 30)) == set()


def test_an_undefined_share_is_no_cause() -> None:
    nothing = replace(WELL, service_level=None, abandonment=None, recent_service_level=None)

    assert may_fire(course(*[nothing] * 30)) == set()


def test_a_mail_may_wait() -> None:
    waiting = replace(WELL, waiting=1, longest_wait=900.0, available=0, logged_in=0)

    assert must_fire(course(*[replace(waiting, channel="email")] * 60)) == set()
    assert {alert for alert, _ in must_fire(course(*[waiting] * 60))} == {
        "FloorWaitTooLong",
        "FloorNobodyAvailable",
        "FloorNobodyLoggedIn",
    }


def test_a_burn_may_fire_where_five_minutes_miss_twice_what_is_allowed() -> None:
    bad = replace(WELL, recent_service_level=0.5)

    assert ("FloorServiceLevelBurnsFast", "orders") in may_fire(course(bad))
    assert must_fire(course(bad)) == set()
