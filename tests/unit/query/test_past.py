"""Gauges of past instants equal what somebody with a watch would have counted."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.visits import Longest, Visit, offer_at, wait_of
from floorpulse.figures.history.gauges import PastGauges
from floorpulse.figures.selection import By, RowKey, Selection
from tests.fakes.floor import abandoned, answered, left, waiting

SECOND = 1000
HOUR = 3600 * SECOND
NOW = 100 * HOUR
LONGEST = Longest(wait=4 * HOUR, conversation=4 * HOUR)


def horizons(_: int, longest: Longest = LONGEST) -> Horizons:
    return Horizons(longest)


TOTAL = Selection("demo", by=By.TOTAL)
QUARTERS = [NOW - 2 * HOUR + quarter * HOUR // 4 for quarter in range(8)]

instants = st.integers(-3 * 3600, -1).map(lambda seconds: NOW + seconds * SECOND)
visits = st.lists(
    st.one_of(
        st.builds(answered, instants, st.integers(0, 4000), st.integers(0, 4000)),
        st.builds(abandoned, instants, st.integers(0, 4000)),
        st.builds(left, instants, st.integers(0, 4000)),
        st.builds(waiting, instants),
        st.builds(
            lambda at: Visit(offered_at=at, queue="sales", answered_at=at + 5 * SECOND), instants
        ),
    ),
    max_size=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(visits)
def test_every_instant_counts_who_was_there(told: list[Visit]) -> None:
    gauges = PastGauges(TOTAL, QUARTERS, horizons, NOW)
    for visit in told:
        gauges.add(visit)

    for index, instant in enumerate(QUARTERS):
        there = gauges.figures(index, [RowKey()], 0)
        assert sorted(there.waits) == sorted(
            instant - (visit.offered_at or 0) for visit in told if waits(visit, instant)
        )
        assert there.in_progress == sum(talks(visit, instant) for visit in told)


def waits(visit: Visit, instant: int) -> bool:
    offered = offer_at(visit)
    wait = wait_of(visit)
    assert offered is not None
    return offered <= instant < (NOW + 1 if wait is None else offered + wait)


def talks(visit: Visit, instant: int) -> bool:
    return visit.answered_at is not None and visit.answered_at <= instant < (
        visit.ended_at or NOW + 1
    )


def test_a_wrap_up_that_was_told_is_in_progress_to_its_end_or_for_as_long_as_one_is_believed() -> (
    None
):
    """A task left open overnight: answered 16:50, ended 16:55, wrapped up the next morning."""
    answered_at = NOW - 16 * HOUR
    ended_at = answered_at + 300 * SECOND
    left_open = Visit(answered_at, "sales", answered_at=answered_at, ended_at=ended_at)
    left_open.wrapped_at = NOW
    done = Visit(answered_at, "sales", answered_at=answered_at, ended_at=ended_at)
    done.wrapped_at = answered_at + 200 * SECOND
    instants = [answered_at, ended_at - 1, ended_at, ended_at + 3 * HOUR, ended_at + 4 * HOUR]
    gauges = PastGauges(TOTAL, instants, horizons, NOW)
    gauges.add(left_open)
    gauges.add(done)

    counts = [gauges.figures(index, [RowKey()], 0).in_progress for index in range(len(instants))]
    assert counts == [2, 2, 1, 1, 0]


def test_what_never_ended_is_forgotten_at_the_longest_wait_and_does_not_reach_into_the_future() -> (
    None
):
    gauges = PastGauges(TOTAL, [NOW - 10 * HOUR, NOW - 7 * HOUR, NOW, NOW + HOUR], horizons, NOW)
    gauges.add(waiting(NOW - 11 * HOUR))
    gauges.add(waiting(NOW - HOUR))

    assert [len(gauges.figures(index, [RowKey()], 0).waits) for index in range(4)] == [1, 0, 1, 0]


def test_a_conversation_that_never_ended_is_forgotten_at_the_longest_conversation() -> None:
    gauges = PastGauges(
        TOTAL,
        [NOW - 5 * HOUR, NOW - HOUR],
        lambda at: horizons(at, LONGEST._replace(conversation=6 * HOUR)),
        NOW,
    )
    gauges.add(Visit(offered_at=NOW - 9 * HOUR, queue="sales", answered_at=NOW - 8 * HOUR))

    assert [gauges.figures(index, [RowKey()], 0).in_progress for index in range(2)] == [1, 0]
    assert NOW - 9 * HOUR in gauges.offered_within


def test_an_answer_stamped_before_the_offer_is_in_progress_from_the_answer() -> None:
    gauges = PastGauges(TOTAL, [NOW - 5 * SECOND], horizons, NOW)
    gauges.add(
        Visit(
            offered_at=NOW - 3 * SECOND,
            queue="sales",
            answered_at=NOW - 6 * SECOND,
            answered_wait=0,
            ended_at=NOW,
        )
    )

    assert gauges.figures(0, [RowKey()], 0).in_progress == 1
    assert NOW - 3 * SECOND in gauges.offered_within


def test_only_the_selected_count_each_in_its_row() -> None:
    gauges = PastGauges(Selection("demo", ("sales",)), [NOW], horizons, NOW)
    for visit in (waiting(NOW - SECOND), waiting(NOW - SECOND, "help"), Visit(answered_at=NOW)):
        gauges.add(visit)

    assert len(gauges.figures(0, [RowKey("sales")], 0).waits) == 1
    assert gauges.figures(0, [RowKey("help")], 3).unresolved == 3
