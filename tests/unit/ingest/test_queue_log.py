"""Asterisk's queue_log becomes canonical events that ingest accepts."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.ingest.domain.judge import CanonicalEvent
from floorpulse.ingest.sources.asterisk.calls import MOST_CALLS
from floorpulse.ingest.sources.asterisk.events import NO_LINE, QueueLog
from floorpulse.ingest.sources.source import SourceRecord
from floorpulse.ingest.sources.stream import SourceStream
from floorpulse.ingest.sources.unknown_kinds import MOST_KINDS
from tests.unit.ingest.builders import verdict

AT = 1_366_720_340


def events(*lines: str) -> list[dict[str, Any]]:
    log = SourceStream(QueueLog("asterisk:pbx1"))
    return [
        json.loads(event)
        for place, line in enumerate(lines, 1)
        for event in log.events(place, line.encode()) or []
    ]


def said(*lines: str) -> list[dict[str, Any]]:
    """The events without what all have."""
    return [
        {name: value for name, value in event.items() if name not in ("id", "source")}
        for event in events(*lines)
    ]


def call(
    word: str,
    *data: object,
    at: float = AT,
    name: str = "c1",
    queue: str = "sales",
    agent: str = "NONE",
) -> str:
    return "|".join(map(str, (at, name, queue, agent, word, *data)))


def test_a_call_is_offered_answered_and_ended_with_the_logs_own_durations() -> None:
    assert said(
        call("ENTERQUEUE", "", "1201", 1),
        call("CONNECT", 7, "1366720347.5", 2, at=AT + 8, agent="SIP/8007"),
        call("COMPLETECALLER", 7, 61, 1, at=AT + 70, agent="SIP/8007"),
    ) == [
        {
            "type": "contact.offered",
            "contact": "c1",
            "visit": 1,
            "queue": "sales",
            "customer": "1201",
            "at": AT * 1000,
        },
        {
            "type": "contact.answered",
            "contact": "c1",
            "visit": 1,
            "queue": "sales",
            "agent": "SIP/8007",
            "wait_ms": 7000,
            "at": (AT + 8) * 1000,
        },
        {
            "type": "contact.ended",
            "contact": "c1",
            "visit": 1,
            "talk_ms": 61_000,
            "at": (AT + 70) * 1000,
        },
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            call("ABANDON", 1, 2, 30),
            {"type": "contact.abandoned", "queue": "sales", "wait_ms": 30_000},
        ),
        (
            call("EXITWITHTIMEOUT", 1, 2, 300),
            {"type": "contact.left", "reason": "timeout", "wait_ms": 300_000},
        ),
        (call("EXITEMPTY", 1, 2, 9), {"type": "contact.left", "reason": "empty", "wait_ms": 9000}),
        (
            call("EXITWITHKEY", "#", 1, 2, 12),
            {"type": "contact.left", "reason": "key", "wait_ms": 12_000},
        ),
        (call("EXITWITHKEY", "#", 1), {"type": "contact.left", "reason": "key"}),
        (call("LEAVEEMPTY"), {"type": "contact.left", "reason": "empty"}),
        (call("SYSCOMPAT"), {"type": "contact.left", "reason": "other"}),
        (
            call("WITHDRAW", 1, 1, 4, "callback|offer"),
            {"type": "contact.left", "reason": "other", "wait_ms": 4000},
        ),
        (
            call("WITHDRAW", 1, 1, 4, ""),
            {"type": "contact.left", "reason": "other", "wait_ms": 4000},
        ),
    ],
)
def test_a_call_that_nobody_answers_leaves_by_its_own_door(
    line: str, expected: dict[str, Any]
) -> None:
    assert said(line) == [{"contact": "c1", "visit": 1, "at": AT * 1000, **expected}]


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("CLOSED", "closed"),
        ("FULL", "overflow"),
        ("JOINEMPTY", "empty"),
        ("DIVERT_HOLDTIME", "overflow"),
    ],
)
def test_a_call_turned_away_at_the_door_was_offered_and_left_at_once(
    word: str, reason: str
) -> None:
    assert [(event["type"], event["at"], event.get("reason")) for event in said(call(word))] == [
        ("contact.offered", AT * 1000, None),
        ("contact.left", AT * 1000, reason),
    ]


@pytest.mark.parametrize("word", ["TRANSFER", "BLINDTRANSFER", "ATTENDEDTRANSFER"])
def test_a_transfer_ends_the_visit_and_the_next_queue_is_a_further_one(word: str) -> None:
    story = said(
        call("ENTERQUEUE", "", "", 1),
        call("CONNECT", 1, "x", 1, agent="Agent/1"),
        call(word, "s", "user", 1, 9, 1, agent="Agent/1"),
        call("ENTERQUEUE", "", "", 1, queue="help"),
        call("ABANDON", 1, 1, 4, queue="help"),
    )

    assert [(event["type"], event["visit"]) for event in story] == [
        ("contact.offered", 1),
        ("contact.answered", 1),
        ("contact.transferred", 1),
        ("contact.ended", 1),
        ("contact.offered", 2),
        ("contact.abandoned", 2),
    ]
    assert story[3]["talk_ms"] == 9000


def test_an_answer_the_log_never_told_lies_as_long_before_the_end_as_the_call_talked() -> None:
    answered, ended = said(call("COMPLETEAGENT", 5, 60, 1, agent="Agent/1"))

    assert (answered["type"], answered["at"], answered["wait_ms"]) == (
        "contact.answered",
        (AT - 60) * 1000,
        5000,
    )
    assert (ended["type"], ended["at"]) == ("contact.ended", AT * 1000)


@pytest.mark.parametrize("caller", ["", "anonymous", "Unknown", "<unknown>", "Restricted"])
def test_a_caller_without_a_number_is_no_customer(caller: str) -> None:
    assert "customer" not in said(call("ENTERQUEUE", "", caller, 1))[0]


def test_stamps_with_fractions_are_cut_to_the_millisecond() -> None:
    line = call("ENTERQUEUE").removeprefix(str(AT))

    assert [
        said(f"{AT}{fraction}{line}")[0]["at"] - AT * 1000
        for fraction in (".999999", ".000001", ".5", "")
    ] == [999, 0, 500, 0]


def agent(word: str, *data: object, queue: str = "NONE", at: int = AT) -> str:
    return call(word, *data, at=at, name="NONE", queue=queue, agent="Agent/1")


def states(*lines: str) -> list[tuple[str, list[str] | None]]:
    return [(event["state"], event.get("queues")) for event in said(*lines)]


def test_an_agent_who_logs_in_is_available_until_logging_off() -> None:
    assert states(
        agent("AGENTCALLBACKLOGIN", "1001@x"),
        agent("AGENTCALLBACKLOGOFF", "1001@x", 900),
        agent("AGENTLOGIN", "SIP/a"),
    ) == [
        ("available", None),
        ("offline", None),
        ("available", None),
    ]


def test_the_end_of_a_pause_after_logging_off_brings_nobody_back() -> None:
    assert states(
        agent("AGENTLOGIN", "SIP/a"), agent("AGENTLOGOFF", "SIP/a", 9), agent("UNPAUSEALL")
    ) == [
        ("available", None),
        ("offline", None),
    ]


def test_members_serve_their_queues_and_pause_once_they_pause_in_all_of_them() -> None:
    assert states(
        agent("ADDMEMBER", queue="sales"),
        agent("ADDMEMBER", queue="help"),
        agent("PAUSE", "lunch", queue="help"),
        agent("PAUSE", "lunch", queue="sales"),
        agent("UNPAUSE", queue="help"),
        agent("REMOVEMEMBER", queue="help"),
        agent("REMOVEMEMBER", queue="sales"),
    ) == [
        ("available", ["sales"]),
        ("available", ["help", "sales"]),
        ("available", ["help", "sales"]),
        ("break", ["help", "sales"]),
        ("available", ["help", "sales"]),
        ("break", ["sales"]),
        ("offline", None),
    ]


def test_a_pause_everywhere_ends_everywhere_and_says_why_it_began() -> None:
    first, second = said(agent("PAUSEALL", "lunch"), agent("UNPAUSEALL"))

    assert (first["state"], first["reason"]) == ("break", "lunch")
    assert (second["state"], "reason" in second) == ("available", False)


@pytest.mark.parametrize(
    "word", ["QUEUESTART", "CONFIGRELOAD", "RINGNOANSWER", "RINGCANCELED", "AGENTDUMP"]
)
def test_some_lines_tell_of_no_event(word: str) -> None:
    assert QueueLog("asterisk").take(SourceRecord(1, call(word, 1000).encode())) == []


@pytest.mark.parametrize(
    "line",
    [
        "",
        "hello",
        "x|c1|sales|NONE|ABANDON|1",
        f"{AT}|c1|sales",
        f"{AT}|c1|sales|NONE|",
        "٣|c|q|a|ABANDON",
    ],
)
def test_a_line_that_is_none_of_a_queue_log_is_told_apart(line: str) -> None:
    assert QueueLog("asterisk").take(SourceRecord(1, line.encode())) is NO_LINE


def test_words_that_nobody_knows_make_no_event_and_are_named_once_with_their_number() -> None:
    log = QueueLog("asterisk")
    lines = (
        call("OUTCALL", "1001"),
        call("RINGINUSE", 1, agent="SIP/1"),
        call("abandon"),
        call("Survey-2|4|x"),
        call("OUTCALL", "1002"),
        call("QUEUESTART"),
    )

    assert [
        log.take(SourceRecord(place, line.encode())) for place, line in enumerate(lines, 1)
    ] == [[]] * 6
    assert log.unknown.notes() == [
        "words without an event, not counted in any figure: 5 lines",
        "  OUTCALL: 2 lines, first in line 1",
        "  RINGINUSE: 1 line, first in line 2",
        "  abandon: 1 line, first in line 3",
        "  Survey-2: 1 line, first in line 4",
    ]


def test_a_log_of_known_words_has_nothing_to_tell() -> None:
    log = QueueLog("asterisk")
    log.take(SourceRecord(1, call("ABANDON", 1, 1, 4).encode()))

    assert log.unknown.notes() == []


def test_a_log_full_of_words_is_told_in_a_bounded_number_of_short_printable_lines() -> None:
    log = QueueLog("asterisk")
    for place in range(5_000):
        log.take(SourceRecord(place, call(f"\x1b[31m{place:05}{'x' * 1000}").encode()))

    notes = log.unknown.notes()

    assert notes[-1] == f"  other words: 4,900 lines, first in line {MOST_KINDS}"
    assert len(notes) == MOST_KINDS + 2
    assert all(note.isprintable() and len(note) < 100 for note in notes)


MEMBERS_WORDS = (
    ("PAUSE", "lunch"),
    ("UNPAUSE",),
    ("PAUSEALL", "lunch"),
    ("UNPAUSEALL",),
    ("ADDMEMBER",),
    ("REMOVEMEMBER",),
    ("AGENTLOGIN", "SIP/a"),
    ("AGENTLOGOFF", "SIP/a", 9),
)


def test_an_agent_who_pauses_and_comes_back_within_one_second_is_available() -> None:
    *_, pause, resume = said(
        agent("ADDMEMBER", queue="sales", at=AT - 9), agent("PAUSE", "lunch"), agent("UNPAUSE")
    )

    assert [(pause["state"], pause["at"]), (resume["state"], resume["at"])] == [
        ("break", AT * 1000),
        ("available", AT * 1000 + 1),
    ]


@given(
    st.lists(st.tuples(st.sampled_from(MEMBERS_WORDS), st.integers(0, 2)), max_size=12),
    st.randoms(use_true_random=False),
)
def test_the_states_of_an_agent_have_the_order_of_the_log_whatever_their_names_and_their_delivery(
    told: list[tuple[tuple[Any, ...], int]], random: Random
) -> None:
    at = AT
    lines = []
    for (word, *data), later in told:
        at += later
        lines.append(agent(word, *data, at=at, queue="sales"))
    logged = [
        event
        for event in events(call("QUEUESTART", at=AT - 60), *lines)
        if event["type"] == "agent.state"
    ]
    delivered = [*logged, *logged]
    random.shuffle(delivered)

    entered = {(event["at"], event["state"]): event["state"] for event in delivered}

    assert [entered[place] for place in sorted(entered)] == [event["state"] for event in logged]
    assert all(
        event["at"] // 1000 - AT in range(sum(later for _, later in told) + 1) for event in logged
    )


def test_a_log_that_begins_in_the_second_in_which_the_rotated_one_ended_goes_on_behind_it() -> None:
    rotated = said(
        agent("ADDMEMBER", queue="sales", at=AT - 9), agent("UNPAUSE"), agent("PAUSE", "lunch")
    )
    current = said(agent("UNPAUSE"), agent("PAUSE", "lunch", at=AT + 1))

    assert [event["at"] - AT * 1000 for event in rotated + current] == [-8500, 0, 1, 500, 1000]


def test_a_moment_written_backwards_keeps_its_order_and_a_clock_set_back_is_believed() -> None:
    exact = [
        agent("PAUSE").replace(str(AT), f"{AT}{fraction}")
        for fraction in (".500000", ".499900", ".500000", ".502")
    ]

    assert [event["at"] - AT * 1000 for event in said(*exact, agent("UNPAUSE", at=AT - 5))] == [
        500,
        501,
        502,
        503,
        -5000,
    ]


def test_the_same_line_at_the_same_place_has_the_same_ids_and_at_another_place_others() -> None:
    line = call("CLOSED").encode()
    first, again, elsewhere = (
        [json.loads(event)["id"] for event in SourceStream(QueueLog("a")).events(place, line) or []]
        for place in (1, 1, 2)
    )

    assert first == again
    assert len({*first, *elsewhere}) == 4


def test_calls_are_forgotten_when_there_are_too_many() -> None:
    log = SourceStream(QueueLog("asterisk"))
    for number in range(MOST_CALLS + 1):
        log.events(number, call("ENTERQUEUE", name=f"c{number}").encode())

    assert [
        json.loads((log.events(1, call("ENTERQUEUE", name=name).encode()) or [])[0])["visit"]
        for name in ("c5", "c0")
    ] == [2, 1]


WORDS = [
    "ENTERQUEUE",
    "CONNECT",
    "ABANDON",
    "COMPLETEAGENT",
    "TRANSFER",
    "EXITWITHKEY",
    "CLOSED",
    "PAUSE",
    "ADDMEMBER",
    "AGENTLOGOFF",
]
anything = st.text(st.characters(codec="utf-8", exclude_characters="|\n\r\0"), max_size=8)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(WORDS),
            st.lists(st.one_of(anything, st.integers(0, 999).map(str)), max_size=5),
        ),
        max_size=8,
    )
)
def test_whatever_parameters_say_ingest_accepts_every_event(
    told: list[tuple[str, list[str]]],
) -> None:
    log = SourceStream(QueueLog("asterisk"))
    for place, (word, data) in enumerate(told):
        for event in log.events(place, call(word, *data, agent="Agent/1").encode()) or []:
            assert isinstance(verdict(event), CanonicalEvent), event


@given(st.binary(max_size=60))
def test_no_bytes_break_it(line: bytes) -> None:
    QueueLog("asterisk").take(SourceRecord(1, line))


def test_what_names_no_call_and_no_agent_says_nothing() -> None:
    assert said(call("ENTERQUEUE", "", "1201", 1, name="NONE"), call("PAUSE", name="NONE")) == []
