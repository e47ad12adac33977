"""What was told of a visit is put right: amended, taken back, told again."""

from itertools import permutations

import pytest

from floorpulse.contracts import events
from floorpulse.contracts.cells import Cell, Cells
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.visits import (
    Outcome,
    Visit,
    completed_at,
    hold_of,
    offer_at,
    outcome,
    queue_of,
    talk_of,
    wait_of,
    wrap_of,
)
from floorpulse.counting.contributions import contributions
from floorpulse.kpi_engine.fold.merge import merge
from tests.unit.kpi_engine.builders import MINUTE, TENANT, event

OFFERED = event(events.ContactOffered, 1_000)
ANSWERED = event(events.ContactAnswered, 5_000, agent="ann")
ENDED = event(events.ContactEnded, 65_000, talk_ms=60_000)
CALL = [OFFERED, ANSWERED, ENDED]


def amended(at: int, **fields: object) -> AnyEvent:
    return event(events.ContactAmended, at, reason="typed wrong", **fields)


def retracted(at: int, what: str) -> AnyEvent:
    return event(events.ContactRetracted, at, what=what, reason="imported twice")


def visit_of(*told: AnyEvent) -> Visit:
    """The visit that these make, in every order."""
    found: list[Visit] = []
    for order in permutations(told):
        visit = Visit()
        for one in order:
            merge(visit, one)
        found.append(visit)
    assert all(visit == found[0] for visit in found)
    return found[0]


def cells_of(visit: Visit) -> Cells:
    total: Cells = {}
    for cells in contributions(TENANT, visit, MINUTE).values():
        total |= cells
    return total


def test_an_amendment_replaces_what_was_told_field_by_field() -> None:
    visit = visit_of(
        *CALL,
        amended(90_000, agent="bob", talk_ms=20_000, hold_ms=7_000),
        amended(80_000, agent="cyd", wrap_ms=9_000),
    )

    assert visit.agent == "bob"
    assert (talk_of(visit), hold_of(visit), wrap_of(visit)) == (20_000, 7_000, 9_000)
    assert cells_of(visit)[Cell.TALK] == 20_000


def test_an_amended_wait_is_that_of_whatever_ended_it() -> None:
    abandoned = event(events.ContactAbandoned, 5_000)
    left = event(events.ContactLeft, 5_000, reason="timeout")

    for ended in (ANSWERED, abandoned, left):
        assert wait_of(visit_of(OFFERED, ended, amended(9_000, wait_ms=1_500))) == 1_500


def test_an_amended_queue_moves_the_visit() -> None:
    visit = visit_of(*CALL, amended(90_000, queue="service"))

    assert queue_of(visit) == "service"
    assert {key[1] for key in contributions(TENANT, visit, MINUTE)} == {"service"}


def test_a_hold_amended_to_nothing_was_no_hold() -> None:
    held = event(events.ContactHeld, 10_000)

    visit = visit_of(*CALL, held, amended(90_000, hold_ms=0))

    assert hold_of(visit) == 0
    assert Cell.HELD not in cells_of(visit)


def test_a_visit_that_has_not_ended_keeps_its_amended_talk_time_until_it_does() -> None:
    amendment = amended(90_000, talk_ms=20_000)

    assert talk_of(visit_of(OFFERED, ANSWERED, amendment)) == 0
    assert talk_of(visit_of(*CALL, amendment)) == 20_000


def test_an_amendment_without_a_visit_counts_nothing() -> None:
    visit = visit_of(amended(90_000, agent="bob", queue="service", wait_ms=0))

    assert contributions(TENANT, visit, MINUTE) == {}


def test_a_visit_taken_back_counts_nowhere_and_what_is_said_about_it_neither() -> None:
    survey = event(
        events.SurveyAnswered,
        99_000,
        contact="c1",
        visit=1,
        survey="s",
        kind="csat",
        score=5.0,
        best=5.0,
        worst=1.0,
    )

    visit = visit_of(OFFERED, ANSWERED, survey, retracted(95_000, "visit"))

    assert contributions(TENANT, visit, MINUTE) == {}
    assert (offer_at(visit), queue_of(visit), outcome(visit)) == (None, None, None)


def test_a_visit_told_again_later_counts_again_without_what_was_amended_before() -> None:
    again = event(events.ContactOffered, 200_000, queue="service")

    visit = visit_of(OFFERED, amended(90_000, queue="other"), retracted(95_000, "visit"), again)

    assert (visit.offered_at, visit.queue) == (200_000, "service")


def test_an_answer_taken_back_lets_the_visit_wait_and_a_later_one_counts() -> None:
    later = event(events.ContactAnswered, 30_000, agent="bob")

    waiting = visit_of(OFFERED, ANSWERED, retracted(5_000, "answered"))
    taken = visit_of(OFFERED, ANSWERED, retracted(5_000, "answered"), later)

    assert outcome(waiting) is None
    assert (taken.answered_at, taken.agent) == (30_000, "bob")


def test_an_answer_taken_back_gives_way_to_giving_up() -> None:
    abandoned = event(events.ContactAbandoned, 20_000)

    visit = visit_of(*CALL, abandoned, retracted(70_000, "answered"))

    assert outcome(visit) is Outcome.ABANDONED
    assert completed_at(visit) is None


@pytest.mark.parametrize(
    ("what", "kind", "fields", "field"),
    [
        ("abandoned", events.ContactAbandoned, {}, "abandoned_at"),
        ("left", events.ContactLeft, {"reason": "key"}, "left_at"),
        ("ended", events.ContactEnded, {}, "ended_at"),
        ("wrapped", events.ContactWrapped, {}, "wrapped_at"),
        ("transferred", events.ContactTransferred, {}, "transferred_at"),
    ],
)
def test_each_thing_can_be_taken_back_up_to_an_instant(
    what: str, kind: type, fields: dict[str, object], field: str
) -> None:
    told = event(kind, 20_000, **fields)

    assert getattr(visit_of(OFFERED, told, retracted(19_999, what)), field) == 20_000
    assert getattr(visit_of(OFFERED, told, retracted(20_000, what)), field) is None


def test_holds_of_a_visit_taken_back_are_gone_and_later_ones_stay() -> None:
    held = [event(events.ContactHeld, at) for at in (10_000, 50_000)]

    visit = visit_of(OFFERED, *held, retracted(30_000, "visit"))

    assert visit.evidence is not None
    assert visit.evidence.told.holds == (50_000,)


def test_an_end_told_later_with_another_talk_time_replaces_the_earlier() -> None:
    corrected = event(events.ContactEnded, 65_001, talk_ms=41_000)

    assert talk_of(visit_of(*CALL, corrected)) == 41_000


def test_of_two_ends_of_one_instant_the_longer_talk_time_counts() -> None:
    lower = event(events.ContactEnded, 65_000, talk_ms=41_000)

    assert talk_of(visit_of(*CALL, lower)) == 60_000
    assert talk_of(visit_of(*CALL, lower, amended(70_000, talk_ms=41_000))) == 41_000


def test_a_visit_without_contradictions_keeps_no_evidence() -> None:
    assert visit_of(*CALL, *CALL[:2]).evidence is None
