"""The flat path of the fold leaves what the plain one leaves, step by step and for logs of
disorder.
"""

from collections.abc import Sequence

import msgspec
import pytest

from floorpulse.contracts.events import (
    AgentMissed,
    AgentStateChanged,
    AnyEvent,
    ContactAbandoned,
    ContactAnswered,
    ContactEnded,
    ContactHeld,
    ContactLeft,
    ContactOffered,
    ContactTransferred,
    ContactWrapped,
    SurveyAnswered,
)
from floorpulse.contracts.letters import Reason
from floorpulse.contracts.visits import Visit
from floorpulse.counting.contributions import handle_cells
from floorpulse.kpi_engine.fold.decode import Records
from floorpulse.kpi_engine.fold.flat import handled
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.fold.presence import STEP
from floorpulse.kpi_engine.fold.watermark import FUTURE
from tests.reliability.flat_fuzz import BEGIN, MINUTE, Side, difference
from tests.unit.kpi_engine.builders import event

HOUR = 60 * MINUTE
OFFER = event(ContactOffered, BEGIN)
ANSWER = event(ContactAnswered, BEGIN + 10_000)
END = event(ContactEnded, BEGIN + 70_000)
WRAP = event(ContactWrapped, BEGIN + 130_000)
CALL = [OFFER, ANSWER, END, WRAP]


def told(history: Sequence[AnyEvent], *, flatly: bool) -> Side:
    side = Side(flatly=flatly)
    take(side, history)
    return side


def take(side: Side, history: Sequence[AnyEvent]) -> None:
    partition = side.partition
    start = partition.next_offset
    numbered = list(enumerate(history, start))
    partition.begin_slice()
    if side.flatly:
        partition.apply(numbered, start + len(numbered))
        return
    for offset, one in numbered:
        partition.apply_plainly(offset, one)
    partition.move(start + len(numbered))


def after(offered: AnyEvent, **fields: object) -> list[AnyEvent]:
    return [offered, event(ContactAnswered, BEGIN + 10_000, **fields)]


STEPS: dict[str, list[AnyEvent]] = {
    "a call": CALL,
    "a call whose waits and spans the source tells": [
        OFFER,
        event(ContactAnswered, BEGIN + 10_000, wait_ms=7_000, queue="service"),
        event(ContactEnded, BEGIN + 70_000, talk_ms=50_000, hold_ms=8_000),
        event(ContactWrapped, BEGIN + 130_000, wrap_ms=0),
    ],
    "a call of one instant": [
        OFFER,
        event(ContactAnswered, BEGIN),
        event(ContactEnded, BEGIN),
        event(ContactWrapped, BEGIN),
    ],
    "a call wrapped within the minute": [
        *CALL[:2],
        event(ContactEnded, BEGIN + 20_000, hold_ms=3_000),
        event(ContactWrapped, BEGIN + 20_000 + 1_500),
    ],
    "a call answered before its offer": [OFFER, event(ContactAnswered, BEGIN - 5_000)],
    "a call of hours": [
        OFFER,
        event(ContactAnswered, BEGIN + 2 * HOUR),
        event(ContactEnded, BEGIN + 4 * HOUR),
    ],
    "a customer who gives up": [OFFER, event(ContactAbandoned, BEGIN + 10_000)],
    "a customer who gives up, as the source tells": [
        OFFER,
        event(ContactAbandoned, BEGIN + 10_000, wait_ms=9_000),
    ],
    "a customer who leaves": [OFFER, event(ContactLeft, BEGIN + 10_000, reason="key")],
    "a customer who leaves at once": [OFFER, event(ContactLeft, BEGIN, reason="closed")],
    "a customer who leaves, as the source tells": [
        OFFER,
        event(ContactLeft, BEGIN + 10_000, reason="key", wait_ms=9_000),
    ],
}
OTHERWISE: dict[str, list[AnyEvent]] = {
    "everything twice": [*CALL, *CALL],
    "everything backwards": CALL[::-1],
    "an end without its answer": [OFFER, END],
    "a wrap-up without its end": [OFFER, ANSWER, WRAP],
    "an outcome without its offer": [ANSWER, event(ContactAbandoned, BEGIN, contact="c2")],
    "a departure without its offer": [event(ContactLeft, BEGIN, reason="key")],
    "two outcomes": [OFFER, ANSWER, event(ContactAbandoned, BEGIN + 11_000)],
    "two offers": [OFFER, event(ContactOffered, BEGIN + 1)],
    "two stays": [*CALL, event(ContactOffered, BEGIN + 200_000, visit=2), *CALL],
    "a hold": [*CALL[:2], event(ContactHeld, BEGIN + 20_000), *CALL[2:]],
    "a transfer": [*CALL[:2], event(ContactTransferred, BEGIN + 20_000), *CALL[2:]],
    "a survey of the contact": [
        OFFER,
        event(
            SurveyAnswered, BEGIN, contact="c1", survey="s", kind="csat", score=4, best=5, worst=1
        ),
    ],
    "an agent": [event(AgentStateChanged, BEGIN, agent="ann", state="break")],
    "a telephone that did not ring": [event(AgentMissed, BEGIN, agent="ann", ring_ms=0)],
}


@pytest.mark.parametrize("name", [*STEPS, *OTHERWISE])
def test_both_ways_leave_the_same(name: str) -> None:
    history = {**STEPS, **OTHERWISE}[name]

    assert told(history, flatly=True).picture() == told(history, flatly=False).picture()


@pytest.mark.parametrize("name", STEPS)
def test_the_usual_steps_need_no_plain_way(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def surprised(_: Partition, offset: int, one: AnyEvent) -> None:
        pytest.fail(f"{type(one).__name__} at offset {offset} is a usual step")

    monkeypatch.setattr(Partition, "apply_plainly", surprised)

    told(STEPS[name], flatly=True)


def test_what_was_shown_as_final_changes_the_plain_way() -> None:
    def late(*, flatly: bool) -> Side:
        side = told([OFFER, ANSWER, END], flatly=flatly)
        side.partition.advance([BEGIN + HOUR], BEGIN + HOUR, 0)
        take(side, [WRAP, event(ContactOffered, BEGIN, contact="c2")])
        take(side, [event(ContactOffered, BEGIN + HOUR, contact="c3")])
        take(side, [event(ContactAnswered, BEGIN + HOUR, contact="c2")])
        take(side, [event(ContactEnded, BEGIN, contact="c2")])
        return side

    flat = late(flatly=True)

    assert len(flat.partition.panes.late) == 3
    assert flat.picture() == late(flatly=False).picture()


def test_what_a_new_owner_knows_of_is_looked_up() -> None:
    def claimed(*, flatly: bool) -> Side:
        side = told([OFFER, event(ContactOffered, BEGIN, contact="c2")], flatly=flatly)
        side.flush(fails=False)
        side.claim()
        take(side, [ANSWER, event(ContactEnded, BEGIN, contact="c2"), OFFER])
        return side

    flat = claimed(flatly=True)

    assert len(flat.partition.wanted.visits) == 2
    assert flat.picture() == claimed(flatly=False).picture()


def test_a_visit_too_old_to_wait_is_unresolved_either_way() -> None:
    def expired(*, flatly: bool) -> Side:
        side = told([OFFER], flatly=flatly)
        side.partition.visits.presence.expire(BEGIN + 2 * HOUR)
        take(side, [ANSWER, event(ContactOffered, BEGIN, contact="c2"), END])
        take(side, [event(ContactOffered, BEGIN + 2 * HOUR, contact="c3")])
        return side

    assert expired(flatly=True).picture() == expired(flatly=False).picture()


def test_who_leaves_after_too_long_a_wait_was_unresolved_either_way() -> None:
    def expired(*, flatly: bool) -> Side:
        side = told([OFFER], flatly=flatly)
        side.partition.visits.presence.expire(BEGIN + 2 * HOUR)
        take(side, [event(ContactLeft, BEGIN + 2 * HOUR, reason="key")])
        return side

    assert expired(flatly=True).picture() == expired(flatly=False).picture()


def test_a_conversation_too_old_to_go_on_ends_either_way() -> None:
    def expired(*, flatly: bool) -> Side:
        side = told([OFFER, ANSWER], flatly=flatly)
        side.partition.visits.presence.expire(BEGIN + 2 * HOUR)
        side.partition.gauges(BEGIN + 2 * HOUR)
        take(side, [END])
        return side

    flat = expired(flatly=True)

    assert not flat.partition.visits.presence.queues
    assert flat.picture() == expired(flatly=False).picture()


def test_an_answer_too_old_to_talk_still_is_counted_either_way() -> None:
    reached = BEGIN - BEGIN % STEP + 2 * STEP
    offered = reached - 18 * MINUTE

    def answered(*, flatly: bool) -> Side:
        side = told([event(ContactOffered, offered)], flatly=flatly)
        side.partition.visits.presence.expire(reached + FUTURE)
        take(side, [event(ContactAnswered, offered + 10_000)])
        return side

    flat = answered(flatly=True)

    assert flat.partition.visits.presence.begun == {}
    assert flat.picture() == answered(flatly=False).picture()


def test_feedback_of_a_contact_is_placed_again_with_every_step() -> None:
    survey = event(
        SurveyAnswered, BEGIN, contact="c1", survey="s", kind="csat", score=4, best=5, worst=1
    )

    def spoken_of(*, flatly: bool) -> Side:
        side = told([OFFER, survey], flatly=flatly)
        side.flush(fails=False)
        take(side, [ANSWER, END, WRAP, event(ContactOffered, BEGIN, contact="c2")])
        return side

    assert spoken_of(flatly=True).picture() == spoken_of(flatly=False).picture()


@pytest.mark.parametrize("hold", [None, 0, 4_000])
@pytest.mark.parametrize("wrapped", [None, 70_000, 90_000])
def test_handling_counts_as_the_specification_says(hold: int | None, wrapped: int | None) -> None:
    visit = Visit(0, "q", answered_at=10_000, ended_at=70_000, hold=hold, wrapped_at=wrapped)
    wrap = None if wrapped is None else wrapped - 70_000

    assert handled(60_000 - (hold or 0), hold or 0, wrap) == handle_cells(visit)


def test_records_are_read_up_to_one_that_is_refused() -> None:
    values = [msgspec.json.encode(OFFER), b"{}", None]
    read = Records(values, range(7, 10), 10, 0)

    events = list(read)

    assert [offset for offset, _ in events] == [7]
    assert read.following == 8
    assert read.refusal is not None
    assert read.refusal.reason is Reason.MISSING_FIELD


@pytest.mark.parametrize("seed", range(20))
def test_logs_of_disorder_make_no_difference(seed: int) -> None:
    assert difference(seed) is None
