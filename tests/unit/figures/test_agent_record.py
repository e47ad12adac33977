"""What is shown of an agent: by hand, and the law that boards and history show the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorpulse.board.domain.agents import BoardAgents
from floorpulse.board.domain.windows import HOUR, MINUTE
from floorpulse.contracts.agents import LONGEST, AgentNow, Entered, lasts_of
from floorpulse.contracts.events import AgentState
from floorpulse.contracts.updates import Talk
from floorpulse.contracts.visits import Visit
from floorpulse.counting.agent_record import AWHILE, CONVERSATION, AgentContact
from floorpulse.figures.staff.attendance import (
    contact_of,
    shown_over,
    told_over,
    untold,
)

NOON = 1_794_398_400_000
LASTING = 31 * LONGEST


def told(minute: float, state: AgentState, *queues: str, lasts: int = LONGEST) -> Entered:
    return Entered(NOON + round(minute * MINUTE), state, queues, lasts=lasts)


def contact(
    since: float, until: float, wrapped: float | None = None, queue: str = "sales"
) -> AgentContact:
    ends = until if wrapped is None else wrapped
    return AgentContact(queue, *(NOON + round(at * MINUTE) for at in (since, until, ends)))


def shown(states: list[Entered], contacts: list[AgentContact], *minutes: float) -> list[str | None]:
    """The states at these minutes after noon."""
    begin, end = NOON - 10 * LONGEST, NOON + 100 * LONGEST
    spans = list(shown_over(states, contacts, begin, end))
    instants = [NOON + round(minute * MINUTE) for minute in minutes]
    return [
        next((one.state for since, until, one in spans if since <= at < until), None)
        for at in instants
    ]


def test_who_tells_only_coming_and_pauses_is_busy_from_answer_to_end() -> None:
    states = [told(0, "available", "sales")]

    assert shown(states, [contact(10, 20)], 9, 10, 19, 20) == [
        "available",
        "busy",
        "busy",
        "available",
    ]


@pytest.mark.parametrize("meanwhile", ["break", "available", "offline"])
def test_what_is_told_during_a_contact_holds_from_its_end(meanwhile: AgentState) -> None:
    states = [told(0, "available", "sales"), told(15, meanwhile, "sales")]

    assert shown(states, [contact(10, 20)], 14, 16, 21) == ["busy", "busy", meanwhile]


def test_wrap_up_goes_on_to_where_it_was_told_to_be_over_or_to_the_next_word() -> None:
    available = [told(0, "available")]

    assert shown(available, [contact(10, 20, 25)], 19, 24, 25) == ["busy", "wrap_up", "available"]
    paused = [*available, told(22, "break")]
    assert shown(paused, [contact(10, 20, 25)], 21, 23, 26) == ["wrap_up", "break", "break"]


def test_who_tells_its_work_is_shown_as_it_was_told_whatever_its_contacts_say() -> None:
    states = [told(0, "busy"), told(5, "wrap_up"), told(6, "available")]

    assert shown(states, [contact(0, 30)], 1, 5, 7) == ["busy", "wrap_up", "available"]
    day_later = contact(24 * 60 + 6, 24 * 60 + 9)
    assert shown(states, [day_later], 24 * 60 + 7) == ["busy"]


def test_two_contacts_at_once_are_one_busy_agent_in_both_queues() -> None:
    spans = shown_over(
        [], [contact(0, 20), contact(10, 30, queue="help")], NOON, NOON + 30 * MINUTE
    )

    assert [(one.state, one.queues) for _, _, one in spans] == [
        ("busy", ("sales",)),
        ("busy", ("help", "sales")),
        ("busy", ("help",)),
    ]


def test_who_never_told_a_state_is_unknown_between_contacts_and_forgotten_after_four_hours() -> (
    None
):
    after = AWHILE / MINUTE

    assert shown([], [contact(0, 10)], -1, 5, 10, after - 1, after) == [
        None,
        "busy",
        "unknown",
        "unknown",
        None,
    ]


def test_a_state_is_believed_as_long_as_it_was_told_with_then_unknown_then_forgotten() -> None:
    day = LONGEST / MINUTE

    assert shown([told(0, "available")], [], day - 1, day, 2 * day - 1, 2 * day) == [
        "available",
        "unknown",
        "unknown",
        None,
    ]
    lasting = [told(0, "available", lasts=LASTING)]
    assert shown(lasting, [], 30 * day, 31 * day) == ["available", "unknown"]
    assert shown([told(0, "offline")], [], day) == [None]


def test_a_contact_shows_that_its_agent_is_there_still() -> None:
    day = LONGEST / MINUTE
    states = [told(0, "available")]

    assert shown(states, [contact(day - 1, day + 1)], day + 2, day + 230, day + 240) == [
        "available",
        "available",
        "unknown",
    ]


def test_how_long_a_state_is_believed_is_told_or_suits_its_source() -> None:
    assert lasts_of("asterisk:pbx1", None) == LASTING
    assert lasts_of("asterisk", 5) == 5
    assert lasts_of("pbx:asterisk", None) == LONGEST


def test_of_a_visit_an_agent_took_what_is_known_counts() -> None:
    answered = Visit(NOON, "sales", answered_at=NOON + 5, agent="ann")

    assert contact_of(Visit(NOON, "sales"), HOUR) is None
    assert contact_of(answered, HOUR) == (
        "ann",
        AgentContact("sales", NOON + 5, NOON + 5 + HOUR, NOON + 5 + HOUR),
    )
    answered.ended_at = NOON + 9
    answered.wrapped_at = NOON + 11
    assert contact_of(answered, HOUR) == (
        "ann",
        AgentContact("sales", NOON + 5, NOON + 9, NOON + 11),
    )


STATES = st.lists(
    st.builds(
        told,
        st.integers(-3_000, 3_000),
        st.sampled_from(("available", "busy", "break", "offline")),
        lasts=st.sampled_from((LONGEST, 2 * HOUR, LASTING)),
    ),
    max_size=6,
).map(lambda some: sorted({one.at: one for one in some}.values(), key=lambda one: one.at))
CONTACTS = st.lists(
    st.builds(
        lambda since, lasted: contact(since, since + lasted),
        st.integers(-3_000, 3_000),
        st.integers(0, 239),
    ),
    max_size=4,
)


@settings(settings.get_profile("laws"), max_examples=200)
@given(STATES, CONTACTS, st.integers(-3_000, 3_000))
def test_a_board_that_hears_all_in_order_shows_what_history_shows(
    states: list[Entered], contacts: list[AgentContact], minute: int
) -> None:
    now = NOON + minute * MINUTE
    board = BoardAgents()
    talks = {number: one for number, one in enumerate(contacts) if one.since <= now}
    for state in states:
        if state.at <= now:
            board.take(AgentNow("acme", "ann", state))
    begun = sorted(talks.items(), key=lambda item: item[1].since)
    for number, one in begun:
        talk = Talk("acme", str(number), 1, "ann", one.queue, one.since)
        board.take_talks(0, [talk], now, everything=False)
    for number, one in begun:
        if one.until <= now:
            board.take_talks(0, [Talk("acme", str(number), 1)], one.until, everything=False)

    spans = shown_over(states, contacts, now - 1, now + 1)
    expected = [one for since, until, one in spans if since <= now < until]
    entered = board.state("acme", "ann", now)
    assert ([] if entered is None else [entered]) == expected
    heads = board.heads("acme", now)[1]
    assert dict(heads) == {(one.queues, one.state): 1 for one in expected}


@settings(settings.get_profile("laws"), max_examples=200)
@given(STATES, CONTACTS, st.integers(-2_000, 2_000))
def test_the_quick_ways_show_what_the_record_shows(
    states: list[Entered], contacts: list[AgentContact], begin: int
) -> None:
    span = NOON + begin * MINUTE, NOON + (begin + 900) * MINUTE

    assert seconds(told_over(states, *span)) == seconds(shown_over(states, [], *span))
    assert seconds(shown_over(states, untold(states, contacts), *span)) == seconds(
        shown_over(states, contacts, *span)
    )


def seconds(spans: object) -> list[tuple[int, str]]:
    """What is shown at each minute at which anything is, whatever spans are told in."""
    return [
        (at, one.state)
        for since, until, one in spans  # type: ignore[attr-defined]
        for at in range(since - since % MINUTE, until, MINUTE)
        if at >= since
    ]


def test_a_lost_contact_is_not_believed_longer_than_a_conversation() -> None:
    board = BoardAgents()
    board.take_talks(0, [Talk("acme", "c1", 1, "ann", "sales", NOON)], NOON, everything=True)

    assert dict(board.heads("acme", NOON)[1]) == {(("sales",), "busy"): 1}
    assert dict(board.heads("acme", NOON + CONVERSATION)[1]) == {}


def test_all_contacts_of_a_partition_replace_those_that_were_known() -> None:
    board = BoardAgents()
    first = Talk("acme", "c1", 1, "ann", "sales", NOON)
    assert board.take_talks(0, [first], NOON, everything=False)
    assert board.take_talks(1, [Talk("acme", "c2", 1, "bob", "help", NOON)], NOON, everything=True)
    assert not board.take_talks(0, [first], NOON, everything=True)
    assert board.take_talks(0, [], NOON + MINUTE, everything=True)

    shown_now = {agent: one.state for agent, one in board.of("acme", NOON + MINUTE).items()}
    assert shown_now == {"ann": "unknown", "bob": "busy"}
    assert board.queues("acme") == {"sales", "help"}


def test_a_contact_that_is_heard_of_late_changes_no_queue_and_one_of_nobody_nothing() -> None:
    board = BoardAgents()
    later = Talk("acme", "c2", 1, "ann", "help", NOON)
    earlier = Talk("acme", "c1", 1, "ann", "sales", NOON - MINUTE)
    board.take_talks(0, [later, earlier], NOON, everything=True)
    assert dict(board.heads("acme", NOON)[1]) == {(("help", "sales"), "busy"): 1}


@pytest.mark.parametrize("came_back", [False, True])
def test_the_end_of_a_contact_whose_agent_was_forgotten_changes_nothing(came_back: bool) -> None:  # noqa: FBT001  a parameter of the test
    board = BoardAgents()
    board.take_talks(0, [Talk("acme", "c1", 1, "ann", "sales", NOON)], NOON, everything=True)
    later = NOON + 3 * LONGEST
    assert dict(board.heads("acme", later)[1]) == {}
    if came_back:
        board.take(AgentNow("acme", "ann", Entered(later, "available", ("help",))))
    before = dict(board.heads("acme", later)[1])

    board.take_talks(0, [Talk("acme", "c1", 1)], later, everything=False)

    assert dict(board.heads("acme", later)[1]) == before


def test_a_state_from_far_ahead_is_believed_when_its_time_comes() -> None:
    board = BoardAgents()
    board.take(AgentNow("acme", "ann", told(60, "break")))
    board.take_talks(0, [Talk("acme", "c1", 1, "ann", "sales", NOON)], NOON, everything=True)

    assert dict(board.heads("acme", NOON)[1]) == {}
    board.take_talks(0, [Talk("acme", "c1", 1)], NOON + MINUTE, everything=False)
    assert dict(board.heads("acme", NOON + HOUR - MINUTE)[1]) == {((), "break"): 1}
