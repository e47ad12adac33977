"""The tally, checked by hand on a few stays."""

from floorpulse.contracts.events import (
    AgentStateChanged,
    AnyEvent,
    ComplaintOpened,
    ContactAbandoned,
    ContactAnswered,
    ContactEnded,
    ContactLeft,
    ContactOffered,
    ContactWrapped,
    QaRetracted,
    QaScored,
    SurveyAnswered,
)
from floorpulse.simulator.domain.scenarios import QUEUES
from floorpulse.simulator.domain.stays import Happening, ModelStay
from floorpulse.simulator.domain.truth import HALF_HOUR, FloorTally, Truth

ORDERS = QUEUES[0]


def tallied(*events: AnyEvent, offered_at: int = 0) -> Truth:
    truth = Truth()
    stay = ModelStay("c", 1, ORDERS, "customer-1", offered_at)
    for event in events:
        truth.observe(Happening(event, stay))
    return truth


def offered(at: int = 0) -> AnyEvent:
    return ContactOffered(id="1", source="s", contact="c", at=at, queue="orders")


def answered(at: int) -> AnyEvent:
    return ContactAnswered(id="2", source="s", contact="c", at=at, agent="a")


def scored(score: float, at: int = 0, *, calibration: bool = False) -> AnyEvent:
    return QaScored(
        id="q", source="s", contact="c", at=at, evaluation="e", score=score, calibration=calibration
    )


def retracted() -> AnyEvent:
    return QaRetracted(id="r", source="s", contact="c", at=9, evaluation="e")


def test_an_answer_on_the_threshold_is_in_time_and_one_after_it_is_not() -> None:
    in_time = tallied(offered(), answered(20_000)).total()
    late = tallied(offered(), answered(20_001)).total()

    assert (in_time.answered_within, in_time.answered_wait, in_time.service_level) == (
        1,
        20_000,
        1.0,
    )
    assert (late.answered_within, late.answered, late.service_level) == (0, 1, 0.0)


def test_a_short_abandon_does_not_touch_the_service_level_and_a_long_one_does() -> None:
    short = tallied(offered(), ContactAbandoned(id="2", source="s", contact="c", at=5_000)).total()
    long = tallied(offered(), ContactAbandoned(id="2", source="s", contact="c", at=5_001)).total()

    assert (short.abandoned, short.abandoned_short, short.service_level) == (1, 1, None)
    assert (long.abandoned, long.abandoned_short, long.service_level) == (1, 0, 0.0)


def test_who_left_or_was_answered_waits_no_more() -> None:
    assert tallied(offered()).total().waiting == 1
    assert (
        tallied(offered(), ContactLeft(id="2", source="s", contact="c", at=9, reason="key"))
        .total()
        .waiting
        == 0
    )


def test_handle_time_counts_at_the_end_and_moves_to_the_end_of_wrap_up() -> None:
    talk = (offered(), answered(1_000), ContactEnded(id="3", source="s", contact="c", at=61_000))
    wrapped = ContactWrapped(id="4", source="s", contact="c", at=HALF_HOUR + 5)

    ended = tallied(*talk).table()
    done = tallied(*talk, wrapped).table()

    assert [(row.start, row.tally.handled, row.tally.handle_time) for row in ended] == [
        (0, 1, 60_000)
    ]
    assert [(row.start, row.tally.handled, row.tally.handle_time) for row in done] == [
        (0, 0, 0),
        (HALF_HOUR, 1, HALF_HOUR + 5 - 1_000),
    ]


def test_a_satisfaction_score_counts_when_it_is_given_and_other_surveys_do_not() -> None:
    csat = SurveyAnswered(
        id="s",
        source="s",
        contact="c",
        at=HALF_HOUR,
        survey="x",
        kind="csat",
        score=4,
        best=5,
        worst=1,
    )
    nps = SurveyAnswered(
        id="t",
        source="s",
        contact="c",
        at=HALF_HOUR,
        survey="y",
        kind="nps",
        score=9,
        best=10,
        worst=0,
    )

    (row,) = tallied(csat, nps).table()

    assert (row.start, row.tally.csat_count, row.tally.csat_sum) == (HALF_HOUR, 1, 4)


def test_an_evaluation_scored_anew_replaces_the_old_score() -> None:
    total = tallied(scored(80), scored(90, HALF_HOUR)).total()

    assert (total.qa_count, total.qa_sum) == (1, 90)


def test_a_retracted_evaluation_and_a_calibration_count_nothing() -> None:
    assert tallied(scored(80), retracted()).total().qa_count == 0
    assert tallied(scored(80, calibration=True), retracted()).total() == FloorTally()


def test_a_complaint_counts_when_it_is_received_and_an_agents_state_nowhere() -> None:
    truth = tallied(ComplaintOpened(id="1", source="s", contact="c", at=HALF_HOUR, complaint="k"))
    truth.observe(
        Happening(AgentStateChanged(id="2", source="s", at=0, agent="a", state="busy"), None)
    )

    (row,) = truth.table()

    assert (row.queue, row.start, row.tally.complaints) == ("orders", HALF_HOUR, 1)
    assert truth.totals() == {"orders": FloorTally(complaints=1)}
