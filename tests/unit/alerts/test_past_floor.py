"""The floor as it was is the floor as it was told: a board made from history, against one that
heard every event of the model contact centre at its time.
"""

from zoneinfo import ZoneInfo

import pytest

from floorpulse.alerts.domain.past_visits import as_known, moments
from floorpulse.alerts.rules.past_floor import PastFloor
from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.windows import HOUR, MINUTE, Window
from floorpulse.contracts.cells import Cell
from floorpulse.contracts.feedback import Complaint, Evaluation, Statement, Survey
from floorpulse.contracts.visits import Miss, Visit
from floorpulse.kpis.figures import SpanFigures
from floorpulse.simulator.domain.floor import ModelFloor
from floorpulse.simulator.domain.scenarios import SCENARIOS
from tests.fakes.floor import answered, waiting
from tests.fakes.folded_floor import FoldedFloor

TENANT = "demo"
NINE = 1_794_387_600_000  # 2026-11-11T09:00:00Z
RULES = Rules(ZoneInfo("UTC"))


def floors(hours: int) -> tuple[FoldedFloor, PastFloor]:
    """A quiet day from nine on, heard event by event; and made from what it left behind."""
    model = ModelFloor(SCENARIOS["quiet"], 5, NINE, 9 * HOUR)
    heard = FoldedFloor(RULES, TENANT, NINE)
    left = FoldedFloor(RULES, TENANT, NINE)
    events = [told.event for told in model.advance(NINE + hours * HOUR)]
    heard.take(events)
    left.take(events)
    left.advance(NINE + hours * HOUR)
    stored = left.stored()
    past = PastFloor(RULES, TENANT, NINE)
    past.take(stored.visits_of.values())
    past.enter(stored.entered)
    return heard, past


WHOLE = {one for one in Cell if 200 <= one < 300}
"""Counts of whole contacts: a replay takes each stay by itself, and the page on rules says so"""


def stays(counted: SpanFigures) -> SpanFigures:
    return counted._replace(
        cells={cell: number for cell, number in counted.cells.items() if cell not in WHOLE}
    )


def shown(board: Board, now: int) -> list[object]:
    """All figures of all queues and of the whole floor, but those of whole contacts."""
    homes = board.known_queue_channels(TENANT)
    keys = [*homes, (TENANT, None, None)]
    readings = [board.read([key], window, now) for key in keys for window in Window]
    heads = {key: number for key, number in board.agents.heads(TENANT, now)[1].items() if number}
    return [homes, [(one.span, stays(one.counted), one.present) for one in readings], heads]


def test_every_figure_of_the_past_is_the_one_that_was_shown_then() -> None:
    heard, past = floors(2)

    for at in range(NINE + 7_000, NINE + 2 * HOUR, 97_000):
        heard.advance(at)
        past.advance(at)
        assert shown(past.board, at) == shown(heard.board, at)


def test_how_often_one_looks_makes_no_difference() -> None:
    _, past = floors(1)
    _, seldom = floors(1)

    for at in range(NINE, NINE + HOUR, 10_000):
        past.advance(at)
    seldom.advance(NINE + HOUR - 10_000)

    at = past.now
    assert shown(past.board, at) == shown(seldom.board, at)


def test_a_conversation_whose_end_was_lost_is_not_believed_for_ever() -> None:
    past = PastFloor(RULES, TENANT, NINE)
    past.take([Visit(offered_at=NINE, queue="sales", answered_at=NINE + 5_000)])

    past.advance(NINE + 4 * HOUR)
    assert past.board.read([(TENANT, None, None)], Window.M5, past.now).present.in_progress == 1
    past.advance(NINE + 4 * HOUR + MINUTE)
    assert past.board.read([(TENANT, None, None)], Window.M5, past.now).present.in_progress == 0


def test_what_lies_before_the_live_span_is_forgotten() -> None:
    past = PastFloor(RULES, TENANT, NINE)
    past.take([answered(NINE, 5), waiting(NINE + 80 * HOUR)])
    past.advance(NINE + MINUTE)

    past.advance(NINE + 80 * HOUR)

    today = past.board.read([(TENANT, None, None)], Window.TODAY, past.now)
    assert [len(series.rows) for series in past.board.series.values()] == [1]
    assert len(today.present.waits) == 1


@pytest.mark.parametrize(
    ("at", "known"),
    [
        (0, Visit()),
        (1, Visit(offered_at=1, queue="sales", customer="c")),
        (
            3,
            Visit(
                offered_at=1, queue="sales", customer="c", answered_at=2, agent="ann", holds=(3,)
            ),
        ),
    ],
)
def test_a_visit_is_known_event_by_event(at: int, known: Visit) -> None:
    whole = Visit(
        offered_at=1,
        queue="sales",
        customer="c",
        answered_at=2,
        agent="ann",
        holds=(3, 5),
        resumes=(4,),
        ended_at=7,
        talk=5,
        transferred_at=6,
        to_queue="help",
        wrapped_at=9,
    )

    assert as_known(whole, at) == known
    assert moments(whole) == [1, 2, 3, 4, 5, 6, 7, 9]
    assert as_known(whole, 9) == whole


def test_a_miss_is_known_from_its_own_instant_on() -> None:
    first, second = Miss(2, "ann"), Miss(4, "bob", "sales")
    whole = Visit(offered_at=1, queue="sales", missed=(first, second))

    assert [as_known(whole, at).missed for at in (1, 2, 3, 4)] == [
        (),
        (first,),
        (first,),
        (first, second),
    ]
    assert moments(whole) == [1, 2, 4]


def test_feedback_is_known_from_its_own_instant_on() -> None:
    said = Statement(20, severity="high"), Statement(30, closing=True)
    whole = Visit(
        offered_at=1,
        queue="sales",
        surveys={
            "asked": Survey("csat", None, 10, 12, 4.0, 5.0, 1.0),
            "unasked": Survey("nps", None, None, 11, 9.0, 10.0, 0.0),
            "told late": Survey("csat", None, 15, 14, 4.0, 5.0, 1.0),
        },
        evaluations={"e": Evaluation(13, score=80.0)},
        complaints={"k": Complaint(said)},
    )

    assert as_known(whole, 9) == Visit(offered_at=1, queue="sales")
    assert as_known(whole, 11).surveys == {
        "asked": Survey("csat", None, 10),
        "unasked": Survey("nps", None, None, 11, 9.0, 10.0, 0.0),
    }
    at = as_known(whole, 14)
    assert at.surveys is not None
    assert at.surveys["told late"] == Survey("csat", None, None, 14, 4.0, 5.0, 1.0)
    assert at.evaluations == whole.evaluations
    assert at.complaints is None
    assert as_known(whole, 25).complaints == {"k": Complaint(said[:1])}
    assert as_known(whole, 30) == whole
    assert moments(whole) == [1, 10, 11, 12, 13, 14, 15, 20, 30]
