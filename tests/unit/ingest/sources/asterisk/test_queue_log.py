"""Asterisk's queue_log becomes canonical events that ingest accepts."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.contracts.letters import Reason
from floorpulse.ingest.sources.asterisk import calls
from floorpulse.ingest.sources.asterisk.names import contact_of
from floorpulse.ingest.sources.asterisk.stays import (
    MOST_OF_ONE,
    QueueStay,
    StaysOfLog,
    number_of,
)
from floorpulse.ingest.sources.asterisk.tables import NO_LINE
from floorpulse.ingest.sources.unknown_kinds import MOST_KINDS
from tests.unit.ingest.sources.asterisk.logs import (
    AT,
    all_accepted,
    call,
    opened,
    refusals,
    said,
    told,
    visits,
)


def test_a_call_is_offered_answered_and_ended_with_the_logs_own_durations() -> None:
    visit = number_of("sales", AT)

    assert said(
        call("ENTERQUEUE", "", "1201", 1),
        call("CONNECT", 8, "1366720347.5", 2, at=AT + 8, agent="SIP/8007"),
        call("COMPLETECALLER", 8, 61, 1, at=AT + 69, agent="SIP/8007"),
    ) == [
        {
            "type": "contact.offered",
            "contact": "c1",
            "visit": visit,
            "queue": "sales",
            "customer": "1201",
            "at": AT * 1000,
        },
        {
            "type": "contact.answered",
            "contact": "c1",
            "visit": visit,
            "queue": "sales",
            "agent": "SIP/8007",
            "wait_ms": 8000,
            "at": (AT + 8) * 1000,
        },
        {
            "type": "contact.ended",
            "contact": "c1",
            "visit": visit,
            "talk_ms": 61_000,
            "at": (AT + 69) * 1000,
        },
    ]


LEAVES = [
    (("ABANDON", 1, 2, 30), {"type": "contact.abandoned", "queue": "sales"}),
    (("EXITWITHTIMEOUT", 1, 2, 30), {"type": "contact.left", "reason": "timeout"}),
    (("EXITEMPTY", 1, 2, 30), {"type": "contact.left", "reason": "empty"}),
    (("EXITWITHKEY", "#", 1, 2, 30), {"type": "contact.left", "reason": "key"}),
    (("WITHDRAW", 1, 1, 30, "callback|offer"), {"type": "contact.left", "reason": "other"}),
    (("WITHDRAW", 1, 1, 30, ""), {"type": "contact.left", "reason": "other"}),
]


@pytest.mark.parametrize(("words", "expected"), LEAVES)
def test_a_call_that_nobody_answers_leaves_by_its_own_door(
    words: tuple[Any, ...], expected: dict[str, Any]
) -> None:
    about = {"contact": "c1", "visit": number_of("sales", AT), "at": (AT + 30) * 1000}

    _, left = said(call("ENTERQUEUE", "", "", 2), call(*words, at=AT + 30))

    assert left == {**about, "wait_ms": 30_000, **expected}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("EXITWITHKEY", "#", 1), "key"),
        (("EXITWITHTIMEOUT", 1), "timeout"),
        (("LEAVEEMPTY",), "empty"),
        (("SYSCOMPAT",), "other"),
    ],
)
def test_an_end_without_its_wait_is_of_the_stay_that_the_log_has_open(
    words: tuple[Any, ...], reason: str
) -> None:
    _, left = said(call("ENTERQUEUE", "", "", 2), call(*words, at=AT + 9))

    assert (left["visit"], left["reason"]) == (number_of("sales", AT), reason)
    assert "cat queue_log.1 queue_log" in refusals(call(*words))[0]


def test_a_call_that_left_without_its_entry_was_offered_as_long_before_as_it_waited() -> None:
    offered, left = said(call("EXITWITHTIMEOUT", 1, 1, 30, at=AT + 30))

    assert (offered["type"], offered["queue"], offered["at"] // 1000) == (
        "contact.offered",
        "sales",
        AT,
    )
    assert left["visit"] == offered["visit"] == number_of("sales", AT)


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


@pytest.mark.parametrize(
    "words",
    [
        ("TRANSFER", "s", "user"),
        ("BLINDTRANSFER", "s", "user"),
        ("ATTENDEDTRANSFER", "BRIDGE", "49d8ab1e"),
        ("ATTENDEDTRANSFER", "APP", "Queue"),
        ("ATTENDEDTRANSFER", "LINK", "Local/a;1", "Local/a;2"),
    ],
)
def test_a_transfer_ends_the_visit_and_the_next_queue_is_a_further_one(
    words: tuple[Any, ...],
) -> None:
    assert visits(
        told(
            call("ENTERQUEUE", "", "", 1),
            call("CONNECT", 1, "x", 1, at=AT + 1, agent="Agent/1"),
            call(*words, 1, 9, 1, at=AT + 10, agent="Agent/1"),
            call("ENTERQUEUE", "", "", 1, at=AT + 10, queue="help"),
            call("ABANDON", 1, 1, 4, at=AT + 14, queue="help"),
        )
    ) == [
        ("c1", "help", "abandoned", None, 4, 0, False, False),
        ("c1", "sales", "answered", "Agent/1", 1, 9, True, True),
    ]


def test_an_answer_the_log_never_told_lies_as_long_before_the_end_as_the_call_talked() -> None:
    answered, ended = said(call("COMPLETEAGENT", 5, 60, 1, agent="Agent/1"))

    assert (answered["type"], answered["at"], answered["wait_ms"]) == (
        "contact.answered",
        (AT - 60) * 1000,
        5000,
    )
    assert (ended["type"], ended["at"]) == ("contact.ended", AT * 1000)


def test_an_end_that_is_written_behind_the_next_entry_is_of_its_own_queue_and_agent() -> None:
    assert visits(
        told(
            call("ENTERQUEUE", "", "", 1),
            call("CONNECT", 1, "x", 1, at=AT + 1, agent="ann"),
            call("ENTERQUEUE", "", "", 1, at=AT + 10, queue="help"),
            call("BLINDTRANSFER", "s", "in", 1, 9, 1, at=AT + 10, agent="ann"),
            call("CONNECT", 2, "y", 1, at=AT + 12, queue="help", agent="bob"),
            call("COMPLETEAGENT", 2, 3, 1, at=AT + 15, queue="help", agent="bob"),
        )
    ) == [
        ("c1", "help", "answered", "bob", 2, 3, False, True),
        ("c1", "sales", "answered", "ann", 1, 9, True, True),
    ]


OUTBOUND = [
    call("CALLOUTBOUND", "", "4915"),
    call("CONNECT", 0, agent="ann"),
    call("COMPLETEAGENT", 0, 30, 1, at=AT + 30, agent="ann"),
]


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
def test_a_call_that_the_centre_makes_is_no_callers(order: tuple[int, ...]) -> None:
    """VICIdial's table, whose rows of one second have no order (agc/manager_send.php: CALLOUTBOUND,
    "formerly ENTERQUEUE").
    """
    inbound = [call("ENTERQUEUE", "", "4915", 1, at=AT + 60), call("CONNECT", 0, at=AT + 60)]

    told_of = visits(told(*(OUTBOUND[number] for number in order)))

    assert told_of == []
    assert len(visits(told(*OUTBOUND, call("ENTERQUEUE", "", "4915", 1, queue="help")))) == 1
    assert len(visits(told(*inbound))) == 1


def test_calls_that_the_centre_makes_are_forgotten_when_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calls, "MOST_STAYS", 1)

    told_of = told(OUTBOUND[0], call("CALLOUTBOUND", "", "4916", name="c2"), *OUTBOUND[1:])

    assert [row[0] for row in visits(told_of)] == ["c1"]


def test_a_hold_that_a_tracker_wrote_is_one() -> None:
    """QueueMetrics, "Additional queue_log logs": between CONNECT and its end."""
    types = [
        event["type"]
        for event in said(
            call("CALLERONHOLD", agent="ann"),
            call("ENTERQUEUE", "", "", 1),
            call("CALLERONHOLD"),
            call("CONNECT", 1, "x", 1, at=AT + 1, agent="ann"),
            call("CALLERONHOLD", at=AT + 5, agent="ann"),
            call("CALLEROFFHOLD", at=AT + 8, agent="ann"),
            call("COMPLETEAGENT", 1, 9, 1, at=AT + 10, agent="ann"),
            call("CALLERONHOLD", at=AT + 11, agent="ann"),
        )
    ]

    assert types == [
        "contact.offered",
        "contact.answered",
        "contact.held",
        "contact.resumed",
        "contact.ended",
    ]


def test_a_second_end_of_a_talk_is_not_counted() -> None:
    assert visits(
        told(
            call("ENTERQUEUE", "", "", 1),
            call("CONNECT", 1, "x", 1, at=AT + 1, agent="ann"),
            call("COMPLETECALLER", 1, 9, 1, at=AT + 10, agent="ann"),
            call("ATTENDEDTRANSFER", "BRIDGE", "b", 1, 9, 1, at=AT + 10, agent="ann"),
        )
    ) == [("c1", "sales", "answered", "ann", 1, 9, False, True)]


def test_a_call_that_comes_back_to_a_queue_makes_a_further_visit() -> None:
    assert [
        row[2]
        for row in visits(
            told(
                call("ENTERQUEUE", "", "", 1),
                call("EXITWITHTIMEOUT", 1, 1, 4, at=AT + 4),
                call("ENTERQUEUE", "", "", 1, at=AT + 4),
                call("ABANDON", 1, 1, 9, at=AT + 13),
            )
        )
    ] == ["abandoned", "left"]


def test_a_caller_who_is_handed_into_a_queue_goes_on_there_under_the_own_id() -> None:
    handed = told(
        call("ENTERQUEUE", "", "856", 1, name="line"),
        call("ABANDON", 1, 1, 6, at=AT + 6, name="caller"),
    )

    assert visits(handed) == [("caller", "sales", "abandoned", None, 6, 0, False, False)]
    assert all("customer" not in json.loads(event) for event in handed[1:])


def test_a_call_of_an_id_that_was_given_up_to_a_caller_is_another_one_when_it_goes_on() -> None:
    parted = told(
        call("ENTERQUEUE", "", "856", 1, name="line"),
        call("ABANDON", 1, 1, 6, at=AT + 6, name="caller"),
        call("ABANDON", 1, 1, 9, at=AT + 9, name="line"),
    )

    assert [row[:5] for row in visits(parted)] == [
        ("caller", "sales", "abandoned", None, 6),
        ("line", "sales", "abandoned", None, 9),
    ]


def test_a_consultation_that_becomes_the_callers_stay_ends_the_first_talk_by_its_agent() -> None:
    assert visits(
        told(
            call("ENTERQUEUE", "", "4915", 1, name="1.1"),
            call("CONNECT", 12, "1.2", 11, at=AT + 12, name="1.1", agent="ann"),
            call("ENTERQUEUE", "", "101", 1, at=AT + 131, name="1.3", queue="help"),
            call(
                "ATTENDEDTRANSFER", "APP", "Queue", 12, 120, 1, at=AT + 132, name="1.3", agent="ann"
            ),
            call("CONNECT", 7, "1.3", 6, at=AT + 138, name="1.1", queue="help", agent="bob"),
            call("COMPLETEAGENT", 7, 173, 1, at=AT + 311, name="1.1", queue="help", agent="bob"),
        )
    ) == [
        ("pbx1-1.1", "help", "answered", "bob", 7, 173, False, True),
        ("pbx1-1.1", "sales", "answered", "ann", 12, 120, True, True),
    ]


def test_a_caller_passed_on_into_the_queue_of_the_same_agent_has_two_stays_there() -> None:
    """The forms of asterisk/asterisk issue 759, where both queues are one: the consultation's id
    entered the queue in the middle of the talk that its line ends.
    """
    assert visits(
        told(
            call("ENTERQUEUE", "", "4915", 1, name="1.1"),
            call("CONNECT", 1, "1.2", 1, at=AT + 1, name="1.1", agent="ann"),
            call("ENTERQUEUE", "", "101", 1, at=AT + 5, name="1.3"),
            call("ATTENDEDTRANSFER", "APP", "Queue", 1, 9, 1, at=AT + 10, name="1.3", agent="ann"),
            call("CONNECT", 7, "1.4", 1, at=AT + 12, name="1.1", agent="bob"),
            call("COMPLETEAGENT", 7, 8, 1, at=AT + 20, name="1.1", agent="bob"),
        )
    ) == [
        ("pbx1-1.1", "sales", "answered", "ann", 1, 9, True, True),
        ("pbx1-1.1", "sales", "answered", "bob", 7, 8, False, True),
    ]


def test_a_members_name_may_hold_bars_and_stand_between_blanks() -> None:
    """`member => PJSIP/101,0,Ann | Sales`: queue_log has no quotes (Asterisk 22, main/logger.c)."""
    assert visits(
        told(
            call("ENTERQUEUE", "", "4915", 1),
            call("CONNECT", 1, "1.2", 1, at=AT + 1, agent="Ann | Sales"),
            call("COMPLETEAGENT", 1, 9, 1, at=AT + 10, agent="Ann | Sales"),
            call("ENTERQUEUE", "", "4916", 1, name="c2"),
            call("CONNECT", 1, "1.3", 1, at=AT + 1, name="c2", agent=" Bob "),
        )
    ) == [
        ("c1", "sales", "answered", "Ann | Sales", 1, 9, False, True),
        ("c2", "sales", "answered", "Bob", 1, 0, False, False),
    ]
    paused = said(call("PAUSE", "", name="NONE", agent="Ann | Sales"))
    assert [body["agent"] for body in paused] == ["Ann | Sales"]
    assert said(call("STATUS", "PAUSE", agent="ann"), call("STATUS", "CONNECTED", 1)) == []


def test_two_callers_of_one_second_are_told_apart_by_their_ids() -> None:
    both = told(
        call("ENTERQUEUE", "", "", 1, name="one"),
        call("ENTERQUEUE", "", "", 2, name="two"),
        call("ABANDON", 2, 2, 5, at=AT + 5, name="two"),
        call("ABANDON", 1, 1, 5, at=AT + 5, name="one"),
    )

    assert len(both) == 4
    assert [row[:3] for row in visits(both)] == [
        ("one", "sales", "abandoned"),
        ("two", "sales", "abandoned"),
    ]


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (
            [
                call("CONNECT", 9, "x", 1, at=AT + 5, agent="ann"),
                call("COMPLETEAGENT", 9, 20, 1, at=AT + 25, agent="ann"),
            ],
            ("answered", "ann", 9, 20, False, True),
        ),
        ([call("ABANDON", 1, 1, 5, at=AT + 1)], ("abandoned", None, 5, 0, False, False)),
    ],
)
def test_an_entry_is_told_late_where_the_queue_is_looked_for_in_a_slow_database(
    lines: list[str], wanted: tuple[Any, ...]
) -> None:
    """A realtime queue is loaded between the stamp that waits are counted from and ENTERQUEUE
    (Asterisk 22, apps/app_queue.c, queue_exec and join_queue).
    """
    log = [call("ENTERQUEUE", "", "4915", 1), *lines]

    whole = visits(told(*log))

    assert whole == [("c1", "sales", *wanted)]
    assert visits([*told(*lines), *told(*log)]) == whole


def test_the_end_of_a_talk_that_was_not_read_is_not_that_of_the_next_entry() -> None:
    log = [
        call("ENTERQUEUE", "", "4915", 1),
        call("BLINDTRANSFER", "sales", "in", 2, 6, 1, at=AT, agent="ann"),
        call("ABANDON", 1, 1, 7, at=AT + 7),
    ]

    assert visits(told(*log)) == [
        ("c1", "sales", "abandoned", None, 7, 0, False, False),
        ("c1", "sales", "answered", "ann", 2, 6, True, True),
    ]


def test_of_two_who_were_handed_into_a_queue_in_one_second_the_place_tells_which_it_is() -> None:
    assert visits(
        told(
            call("ENTERQUEUE", "", "856", 1, name="line1"),
            call("ENTERQUEUE", "", "857", 2, name="line2"),
            call("ABANDON", 2, 2, 6, at=AT + 6, name="caller"),
        )
    ) == [
        ("caller", "sales", "abandoned", None, 6, 0, False, False),
        ("line1", "sales", None, None, None, 0, False, False),
    ]


def test_of_two_who_entered_in_one_second_the_one_that_goes_on_by_itself_was_not_handed_over() -> (
    None
):
    """CONNECT tells no place: the first who waits is taken for the one under another id, until it
    goes on itself.
    """
    lines = [
        call("ENTERQUEUE", "", "4915", 1, name="stranger", queue="help"),
        call("ENTERQUEUE", "", "4915", 1, name="own"),
        call("ENTERQUEUE", "", "101", 2, name="line"),
        call("ENTERQUEUE", "", "4916", 3, at=AT + 1, name="next"),
        call("CONNECT", 4, "x", 1, at=AT + 4, name="caller", agent="ann"),
        call("CONNECT", 6, "x", 1, at=AT + 6, name="own", agent="bob"),
        call("COMPLETEAGENT", 4, 8, 2, at=AT + 12, name="caller", agent="ann"),
        call("COMPLETEAGENT", 6, 9, 1, at=AT + 15, name="own", agent="bob"),
    ]

    assert visits(told(*lines)) == [
        ("caller", "sales", "answered", "ann", 4, 8, False, True),
        ("next", "sales", None, None, None, 0, False, False),
        ("own", "sales", "answered", "bob", 6, 9, False, True),
        ("stranger", "help", None, None, None, 0, False, False),
    ]
    assert visits(told(*lines[:2], *lines[3:])) == [
        ("caller", "sales", "answered", "ann", 4, 8, False, True),
        ("next", "sales", None, None, None, 0, False, False),
        ("own", "sales", "answered", "bob", 6, 9, False, True),
        ("stranger", "help", None, None, None, 0, False, False),
    ]


def test_an_entry_at_another_place_is_not_that_of_a_stay_read_before_it() -> None:
    assert visits(
        told(
            call("ABANDON", 2, 2, 6, at=AT + 6, name="caller"),
            call("ENTERQUEUE", "", "856", 1, name="line"),
        )
    ) == [
        ("caller", "sales", "abandoned", None, 6, 0, False, False),
        ("line", "sales", None, None, None, 0, False, False),
    ]


def test_an_answer_of_another_second_is_not_that_of_a_talk_whose_end_was_read_before_it() -> None:
    assert visits(
        told(
            call("COMPLETECALLER", 30, 10, 2, at=AT + 40, name="after", agent="ann"),
            call("CONNECT", 5, "x", 1, at=AT + 5, name="one", agent="ann"),
        )
    ) == [
        ("after", "sales", "answered", "ann", 30, 10, False, True),
        ("one", "sales", "answered", "ann", 5, 0, False, False),
    ]


def test_an_answer_of_another_agent_is_not_that_of_a_talk_whose_end_was_read_before_it() -> None:
    assert visits(
        told(
            call("COMPLETECALLER", 5, 10, 2, at=AT + 15, name="after", agent="bob"),
            call("CONNECT", 5, "x", 1, at=AT + 5, name="one", agent="ann"),
        )
    ) == [
        ("after", "sales", "answered", "bob", 5, 10, False, True),
        ("one", "sales", "answered", "ann", 5, 0, False, False),
    ]


def test_of_two_talks_of_an_agent_an_end_by_another_id_is_of_the_one_as_long_as_it_says() -> None:
    assert visits(
        told(
            call("ENTERQUEUE", "", "", 1, name="one"),
            call("ENTERQUEUE", "", "", 2, name="two"),
            call("CONNECT", 5, "x", 1, at=AT + 5, name="one", agent="ann"),
            call("CONNECT", 30, "y", 2, at=AT + 30, name="two", agent="ann"),
            call("COMPLETECALLER", 30, 10, 2, at=AT + 40, name="after", agent="ann"),
        )
    ) == [
        ("one", "sales", "answered", "ann", 5, 0, False, False),
        ("two", "sales", "answered", "ann", 30, 10, False, True),
    ]


def test_a_caller_sent_away_and_back_in_the_same_second_is_answered_and_the_talk_ends() -> None:
    assert visits(
        told(
            call("ENTERQUEUE", "", "", 1),
            call("EXITEMPTY", 1, 1, 0),
            call("ENTERQUEUE", "", "", 1),
            call("CONNECT", 10, "x", 1, at=AT + 10, agent="ann"),
            call("COMPLETEAGENT", 10, 20, 1, at=AT + 30, agent="ann"),
        )
    ) == [("c1", "sales", "answered", "ann", 10, 20, False, True)]


def test_a_restart_ends_what_was_open_at_the_last_line_before_it() -> None:
    ended = said(
        call("ENTERQUEUE", "", "", 1, name="talks"),
        call("CONNECT", 1, "x", 1, at=AT + 1, name="talks", agent="ann"),
        call("ENTERQUEUE", "", "", 1, at=AT + 2, name="waits"),
        call("CONFIGRELOAD", "", at=AT + 60, name="NONE", queue="NONE"),
        call("QUEUESTART", "", at=AT + 90, name="NONE", queue="NONE"),
        call("QUEUESTART", "", at=AT + 99, name="NONE", queue="NONE"),
    )[3:]

    assert [(event["contact"], event["type"], event["at"] // 1000 - AT) for event in ended] == [
        ("talks", "contact.ended", 60),
        ("waits", "contact.left", 60),
    ]
    assert "talk_ms" not in ended[0]
    assert ended[1]["reason"] == "other"


@pytest.mark.parametrize(
    ("lines", "detail"),
    [
        ([call("CONNECT", -5, "x", 1, agent="ann")], "'-5' seconds waited"),
        ([call("COMPLETEAGENT", 5, "soon", 1, agent="ann")], "'soon' seconds talked"),
        ([call("ABANDON", 1, 1, 32 * 86_400)], "2764800"),
        (
            [call("ENTERQUEUE", "", "", 1), call("ABANDON", 1, 1, 60, at=AT + 9)],
            "has this call enter the queue",
        ),
        (
            [
                call("ENTERQUEUE", "", "", 1),
                call("CONNECT", 2, "x", 1, at=AT + 2, agent="ann"),
                call("COMPLETEAGENT", 2, 600, 1, at=AT + 9, agent="ann"),
            ],
            "COMPLETEAGENT says that the stay began in second",
        ),
    ],
)
def test_what_cannot_have_been_so_is_refused_and_not_counted(lines: list[str], detail: str) -> None:
    *before, _ = lines
    log = opened()
    whole = told(*lines, log=log)

    assert detail in log.first_refused[0].refusal.detail
    assert log.first_refused[0].refusal.detail.startswith("impossible: ")
    assert log.first_refused[0].refusal.reason is Reason.INVALID_FIELD
    assert whole == told(*before)


def test_who_gives_up_sooner_than_the_stamps_say_waited_as_long_as_the_log_says() -> None:
    assert visits(told(call("ENTERQUEUE", "", "", 1), call("ABANDON", 1, 1, 4, at=AT + 60))) == [
        ("c1", "sales", "abandoned", None, 4, 0, False, False)
    ]


@pytest.mark.parametrize("caller", ["", "anonymous", "Unknown", "<unknown>", "Restricted"])
def test_a_caller_without_a_number_is_no_customer(caller: str) -> None:
    assert "customer" not in said(call("ENTERQUEUE", "", caller, 1))[0]


@pytest.mark.parametrize(
    ("call_id", "source", "contact"),
    [
        ("1795000000.10", "asterisk", "1795000000.10"),
        ("1795000000.10", "asterisk:pbx1", "pbx1-1795000000.10"),
        ("pbx9-1795000000.10", "asterisk:pbx1", "pbx9-1795000000.10"),
        ("1795000000.10", "north", "north-1795000000.10"),
        ("c1", "asterisk:pbx1", "c1"),
    ],
)
def test_the_bare_ids_of_two_servers_are_told_apart_by_the_names_of_their_sources(
    call_id: str, source: str, contact: str
) -> None:
    assert contact_of(call_id, source) == contact


def test_a_contact_with_an_endless_id_has_a_short_one() -> None:
    assert len(contact_of("x" * 200, "asterisk")) <= 128


def test_stamps_with_fractions_are_cut_to_the_millisecond() -> None:
    line = call("ENTERQUEUE").removeprefix(str(AT))

    assert [
        said(f"{AT}{fraction}{line}")[0]["at"] - AT * 1000
        for fraction in (".999999", ".000001", ".5", "")
    ] == [999, 0, 500, 0]


@pytest.mark.parametrize(
    "word", ["CONFIGRELOAD", "RINGCANCELED", "AGENTDUMP", "PENALTY", "RINGINUSE"]
)
def test_some_lines_tell_of_no_event(word: str) -> None:
    assert told(call(word, 1000)) == []


@pytest.mark.parametrize(
    "line",
    [
        "hello",
        "x|c1|sales|NONE|ABANDON|1",
        f"{AT}|c1|sales",
        f"{AT}|c1|sales|NONE|",
        "17|c1|sales|NONE|ABANDON|1",
        "٣|c|q|a|ABANDON",
    ],
)
def test_a_line_that_is_none_of_a_queue_log_is_told_apart(line: str) -> None:
    assert refusals(line) == [NO_LINE.detail]


def test_a_line_of_which_a_power_failure_left_nothing_says_nothing() -> None:
    assert refusals("\0" * 40) == []
    assert refusals("") == []


@pytest.mark.parametrize(
    "torn",
    [
        "1",
        f"{AT}",
        f"{AT}|1.1|sales|a",
        f"{AT}|1.1|sales|ann|CONN",
        f"{AT}|1.1|sales|ann|CONNECT|1",
    ],
)
def test_a_line_is_read_behind_one_that_the_end_of_the_disk_tore(torn: str) -> None:
    """What a full disk, or a machine that went down, left of a line has no line feed: the next one
    stands behind it.
    """
    start = call("QUEUESTART", "", at=AT + 90, name="NONE", queue="NONE")

    ended = said(call("ENTERQUEUE", "", "", 1), torn + start)

    assert [event["type"] for event in ended] == ["contact.offered", "contact.left"]


def test_the_id_of_a_call_is_no_stamp_of_a_further_line() -> None:
    paused = call("PAUSEALL", "LUNCH", "", name=f"{AT}.1", queue="NONE", agent="ann")

    [state] = said(paused)

    assert (state["agent"], state["state"], state["reason"]) == ("ann", "break", "LUNCH")


def test_what_a_power_failure_left_before_a_line_is_no_part_of_it() -> None:
    lines = call("ENTERQUEUE", "", "", 1), "\0" * 40 + call("ABANDON", 1, 1, 4, at=AT + 4)

    assert visits(told(*lines)) == [("c1", "sales", "abandoned", None, 4, 0, False, False)]


def test_queues_whose_names_are_older_than_utf_8_are_told_apart() -> None:
    log = opened()
    lines = [
        call("ENTERQUEUE", "", "", 1, queue=queue, name=queue).encode("latin-1")
        for queue in ("Büro", "Bäro")
    ]
    cut_name = call("ENTERQUEUE", "", "", 1, queue="客服").encode() + "|客".encode()[:3]

    entered = [json.loads(log.events(1, line)[0])["queue"] for line in (*lines, cut_name)]

    assert entered == ["Büro", "Bäro", "客服"]


def test_a_queue_is_one_however_the_dialplan_spells_it() -> None:
    """app_queue.c finds queues by `strcasecmp`; it logs EXITWITHTIMEOUT with the name that the
    dialplan gave, and CONNECT with the queue's own.
    """
    lines = [
        call("ENTERQUEUE", "", "", 1, queue="Sales"),
        call("CONNECT", 5, "x", 1, at=AT + 5, agent="ann"),
        call("COMPLETEAGENT", 5, 20, 1, at=AT + 25, agent="ann"),
        call("ENTERQUEUE", "", "", 1, name="c2", queue="SALES", at=AT + 30),
        call("EXITWITHTIMEOUT", 1, 1, 9, name="c2", queue="SALES", at=AT + 39),
        call("ENTERQUEUE", "", "", 1, name="c3", queue="Äpfel", at=AT + 50),
        call("ENTERQUEUE", "", "", 1, name="c4", queue="äpfel", at=AT + 51),
    ]

    known = [(visit[0], visit[1], visit[4]) for visit in visits(told(*lines))]
    assert known == [
        ("c1", "Sales", 5),
        ("c2", "Sales", 9),
        ("c3", "Äpfel", None),
        ("c4", "äpfel", None),
    ]


def test_so_many_queues_that_no_log_has_them_are_spelled_as_they_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("floorpulse.ingest.sources.asterisk.events.MOST_QUEUES", 1)
    lines = [call("ENTERQUEUE", "", "", 1, name=name, queue=name) for name in ("One", "Two", "two")]

    assert [visit[1] for visit in visits(told(*lines))] == ["One", "Two", "two"]


def test_a_clock_that_is_set_back_during_a_call_does_not_lose_the_call() -> None:
    """`holdtime` is a difference of two readings of the clock in app_queue.c of Asterisk 22, and
    nothing keeps it from being below 0.
    """
    waited = visits(
        told(
            call("ENTERQUEUE", "", "", 1),
            call("CONNECT", -50, "x", 3, at=AT - 50, agent="ann"),
            call("COMPLETECALLER", -50, 60, 1, at=AT + 10, agent="ann"),
        )
    )
    talked = visits(
        told(
            call("ENTERQUEUE", "", "", 1),
            call("CONNECT", 7, "x", 3, at=AT + 7, agent="ann"),
            call("COMPLETECALLER", 7, -20, 1, at=AT - 13, agent="ann"),
        )
    )
    gave_up = visits(told(call("ENTERQUEUE", "", "", 1), call("ABANDON", 1, 1, -50, at=AT - 50)))

    assert waited == [("c1", "sales", "answered", "ann", 0, 60, False, True)]
    assert talked == [("c1", "sales", "answered", "ann", 7, 0, False, True)]
    assert gave_up == [("c1", "sales", "abandoned", None, 0, 0, False, False)]


def test_words_that_nobody_knows_make_no_event_and_are_named_once_with_their_number() -> None:
    log = opened()
    lines = (
        call("OUTCALL", "1001"),
        call("RINGINUSE", 1, agent="SIP/1"),
        call("abandon"),
        call("Survey-2|4|x"),
        call("OUTCALL", "1002"),
        call("QUEUESTART"),
    )

    assert told(*lines, log=log) == []
    assert log.notes() == [
        "words without an event, not counted in any figure: 4 lines",
        "  OUTCALL: 2 lines, first in line 1",
        "  abandon: 1 line, first in line 3",
        "  Survey-2: 1 line, first in line 4",
    ]


def test_a_log_of_known_words_has_nothing_to_tell() -> None:
    log = opened()
    told(call("ABANDON", 1, 1, 4), log=log)

    assert log.notes() == []


def test_a_log_full_of_words_is_told_in_a_bounded_number_of_short_printable_lines() -> None:
    log = opened()
    told(*(call(f"\x1b[31m{place:05}{'x' * 1000}") for place in range(5_000)), log=log)

    notes = log.notes()

    assert notes[-1] == f"  other words: 4,900 lines, first in line {MOST_KINDS + 1}"
    assert len(notes) == MOST_KINDS + 2
    assert all(note.isprintable() and len(note) < 100 for note in notes)


def test_calls_are_forgotten_when_there_are_too_many() -> None:
    stays = StaysOfLog(most=3)
    for number in range(5):
        stays.add(QueueStay(f"c{number}", "sales", AT))

    assert [bool(stays.of(f"c{number}", "sales")) for number in range(5)] == [
        False,
        False,
        True,
        True,
        True,
    ]
    assert len(stays.open()) == len(list(stays.unentered("sales", AT))) == 3


def test_stays_of_a_call_that_enters_for_ever_are_forgotten_too() -> None:
    log = opened()
    entries = [call("ENTERQUEUE", "", "", 1, at=AT + n) for n in range(0, 4 * MOST_OF_ONE, 4)]
    told(*entries, log=log)

    ended = log.events(1, call("QUEUESTART", "", at=AT + 999, name="NONE").encode())

    assert len(ended) == MOST_OF_ONE


WORDS = [
    "ENTERQUEUE",
    "CONNECT",
    "ABANDON",
    "COMPLETEAGENT",
    "TRANSFER",
    "ATTENDEDTRANSFER",
    "EXITWITHKEY",
    "CLOSED",
    "RINGNOANSWER",
    "QUEUESTART",
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
            st.integers(-9, 9),
            st.sampled_from(["c1", "c2"]),
        ),
        max_size=12,
    )
)
def test_whatever_parameters_say_ingest_accepts_every_event(
    lines: list[tuple[str, list[str], int, str]],
) -> None:
    log = [
        call(word, *data, at=AT + later, name=name, agent="Agent/1")
        for word, data, later, name in lines
    ]

    assert all_accepted(told(*log))


@given(st.binary(max_size=60))
def test_no_bytes_break_it(line: bytes) -> None:
    opened(zone="Europe/Berlin").events(1, line)


def test_what_names_no_call_and_no_agent_says_nothing() -> None:
    assert said(call("ENTERQUEUE", "", "1201", 1, name="NONE"), call("PAUSE", name="NONE")) == []
