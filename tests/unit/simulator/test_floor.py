"""Laws of the model floor, looked at through the events of a busy morning."""

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from floorpulse.contracts.events import (
    AgentStateChanged,
    AnyEvent,
    ContactAbandoned,
    ContactAnswered,
    ContactEnded,
    ContactHeld,
    ContactLeft,
    ContactOffered,
    ContactResumed,
    ContactTransferred,
    ContactWrapped,
)
from floorpulse.simulator.domain.floor import ModelFloor
from floorpulse.simulator.domain.scenarios import NORMAL, QUIET
from floorpulse.simulator.domain.spans import HOUR, MINUTE

MORNING = 1_794_355_200_000 + 8 * HOUR
Outcome = ContactAnswered | ContactAbandoned | ContactLeft


def stays(events: list[AnyEvent]) -> dict[tuple[str, int], list[AnyEvent]]:
    """The events between offer and wrap-up, by stay."""
    by_stay: defaultdict[tuple[str, int], list[AnyEvent]] = defaultdict(list)
    flow = (
        ContactOffered
        | Outcome
        | ContactHeld
        | ContactResumed
        | ContactTransferred
        | ContactEnded
        | ContactWrapped
    )
    for event in events:
        if isinstance(event, flow):
            by_stay[event.contact, event.visit].append(event)
    return by_stay


@pytest.fixture(scope="module")
def events(shown: Callable[..., Any]) -> list[AnyEvent]:
    return [happening.event for happening in shown("normal", 9, 13).happenings]


def morning(seed: int, slices: int = 1) -> bytes:
    floor = ModelFloor(QUIET, seed, MORNING, 8 * HOUR)
    told = [
        happening.event
        for cut in range(1, slices + 1)
        for happening in floor.advance(MORNING + 2 * HOUR * cut // slices)
    ]
    return msgspec.json.encode(told + [happening.event for happening in floor.close()])


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert morning(3) == morning(3)


def test_another_seed_gives_another_morning() -> None:
    assert morning(3) != morning(4)


def test_it_does_not_matter_how_time_is_cut() -> None:
    assert morning(3) == morning(3, slices=97)


def test_every_event_is_canonical(events: list[AnyEvent]) -> None:
    decoder = msgspec.json.Decoder(AnyEvent)

    assert [decoder.decode(msgspec.json.encode(event)) for event in events] == events


def test_events_come_in_order_of_time_each_with_an_id_of_its_own(events: list[AnyEvent]) -> None:
    instants = [int(event.at) for event in events]

    assert instants == sorted(instants)
    assert len({(event.source, event.id) for event in events}) == len(events)


def test_every_stay_is_offered_first_and_ends_in_exactly_one_way(events: list[AnyEvent]) -> None:
    for story in stays(events).values():
        assert isinstance(story[0], ContactOffered)
        assert sum(isinstance(event, Outcome) for event in story) == 1


def test_an_answered_stay_is_held_and_resumed_in_turn_ended_and_wrapped_up(
    events: list[AnyEvent],
) -> None:
    stories = [story for story in stays(events).values() if isinstance(story[1], ContactAnswered)]

    for story in stories:
        kinds = [
            type(event).__name__ for event in story[2:] if not isinstance(event, ContactTransferred)
        ]
        assert kinds in (
            ["ContactEnded", "ContactWrapped"],
            ["ContactHeld", "ContactResumed", "ContactEnded", "ContactWrapped"],
        ) or (
            kinds == ["ContactHeld", "ContactEnded", "ContactWrapped"]
            and int(story[-1].at) == int(events[-1].at)
        )
    assert len(stories) > 1_500


def test_an_agent_is_never_in_two_conversations(events: list[AnyEvent]) -> None:
    holder: dict[str, tuple[str, int]] = {}
    at_work: dict[tuple[str, int], str] = {}

    for event in events:
        if isinstance(event, ContactAnswered):
            assert event.agent not in holder
            holder[event.agent] = at_work_on = (event.contact, event.visit)
            at_work[at_work_on] = event.agent
        elif isinstance(event, ContactWrapped):
            assert holder.pop(at_work.pop((event.contact, event.visit))) == (
                event.contact,
                event.visit,
            )


def test_a_source_that_tells_spans_tells_what_its_instants_say(events: list[AnyEvent]) -> None:
    told = 0
    for story in stays(events).values():
        by_type = {type(event): event for event in story}
        outcome = story[1]
        ended = by_type.get(ContactEnded)
        wrapped = by_type.get(ContactWrapped)
        if isinstance(outcome, Outcome) and outcome.wait_ms is not None:
            assert outcome.wait_ms == int(outcome.at) - int(story[0].at)
            told += 1
        if (
            isinstance(ended, ContactEnded)
            and ended.talk_ms is not None
            and ended.hold_ms is not None
        ):
            assert ended.talk_ms + ended.hold_ms == int(ended.at) - int(outcome.at)
        if (
            isinstance(wrapped, ContactWrapped)
            and isinstance(ended, ContactEnded)
            and wrapped.wrap_ms is not None
        ):
            assert wrapped.wrap_ms == int(wrapped.at) - int(ended.at)
    assert told > 1_500


def test_a_transferred_contact_makes_one_further_visit_in_the_queue_it_was_sent_to(
    events: list[AnyEvent],
) -> None:
    sent = {
        event.contact: event.to_queue for event in events if isinstance(event, ContactTransferred)
    }
    further = {
        event.contact: event.queue
        for event in events
        if isinstance(event, ContactOffered) and event.visit == 2 and event.channel != "callback"
    }

    assert sent.items() >= further.items()
    assert len(sent) - len(further) <= 5, (
        "only those transferred in the last seconds may not have arrived"
    )
    assert max(event.visit for event in events if isinstance(event, ContactOffered)) == 2


def test_an_agents_states_differ_from_one_to_the_next_and_never_share_an_instant(
    events: list[AnyEvent],
) -> None:
    last: dict[str, AgentStateChanged] = {}
    for event in events:
        if isinstance(event, AgentStateChanged):
            before = last.get(event.agent)
            assert before is None or (before.at != event.at and before.state != event.state)
            last[event.agent] = event
    assert {event.state for event in last.values()} == {"offline"}, "the floor was closed"


def test_agents_have_meals_and_rests(events: list[AnyEvent]) -> None:
    breaks = Counter(
        event.reason
        for event in events
        if isinstance(event, AgentStateChanged) and event.state == "break"
    )

    assert breaks["meal"] > 20
    assert breaks["rest"] > 40


@pytest.mark.no_cover
@pytest.mark.timeout(600)
def test_all_types_of_events_are_told(shown: Callable[..., Any]) -> None:
    told = shown("normal", 0, 24).happenings

    assert len({type(happening.event) for happening in told}) == 16


def test_a_floor_that_closes_in_mid_conversation_leaves_nobody_behind() -> None:
    floor = ModelFloor(NORMAL, 5, MORNING, 10 * HOUR)
    told = [happening.event for happening in floor.advance(MORNING + 40 * MINUTE) + floor.close()]

    stories = stays(told)

    endings = [story[-1] for story in stories.values()]
    assert all(
        isinstance(event, ContactWrapped | ContactAbandoned | ContactLeft) for event in endings
    )
    assert sum(event.at == MORNING + 40 * MINUTE for event in endings) > 10


def test_a_floor_cannot_be_turned_back() -> None:
    floor = ModelFloor(QUIET, 5, MORNING, 10 * HOUR)
    floor.advance(MORNING + HOUR)

    assert floor.advance(MORNING) == []
    assert floor.now() == MORNING + HOUR
