"""Agents of Asterisk's queue_log: states, queues, names."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.ingest.sources.asterisk import agents
from floorpulse.ingest.sources.asterisk.agents import RUNS_BACKWARDS
from tests.unit.ingest.sources.asterisk.logs import (
    AT,
    agent,
    call,
    events,
    opened,
    refusals,
    said,
    told,
)

State = tuple[str, str, list[str] | None]


def states(*lines: str) -> list[tuple[str, list[str] | None]]:
    return [(state, queues) for _, state, queues in by_name(*lines)]


def by_name(*lines: str) -> list[State]:
    return [
        (event["agent"], event["state"], event.get("queues"))
        for event in said(*lines)
        if event["type"] == "agent.state"
    ]


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


def test_who_logs_off_and_whose_coming_the_log_does_not_tell_had_been_there_for_as_long() -> None:
    """The parameters of AGENTLOGOFF and AGENTCALLBACKLOGOFF are those of Asterisk's documentation,
    "Queue Logs".
    """
    off = [
        agent("AGENTLOGOFF", "SIP/a", 3600),
        agent("AGENTCALLBACKLOGOFF", "1001@x", 60, "Autologoff", name="bob"),
        agent("AGENTLOGOFF", "SIP/a", 99_999_999, name="cai"),
        agent("AGENTLOGOFF", "SIP/a", "", name="dan"),
        agent("AGENTLOGOFF", "SIP/a", 60),
    ]
    known = said(call("QUEUESTART", at=AT - 9), call("CONNECT", 2, agent="ann"), *off)

    assert [
        (event["agent"], event["state"], event["at"] - AT * 1000, event.get("queues"))
        for event in known
        if event["type"] == "agent.state"
    ] == [
        ("ann", "available", -3_600_000 + 1, ["sales"]),
        ("ann", "offline", 0, None),
        ("bob", "available", -60_000 + 1, None),
        ("bob", "offline", 0, None),
        ("cai", "available", -31 * 86_400_000 + 1, None),
        ("cai", "offline", 0, None),
        ("dan", "offline", 0, None),
        ("ann", "offline", 1, None),
    ]


def test_the_end_of_a_pause_after_logging_off_brings_nobody_back() -> None:
    assert states(
        agent("AGENTLOGIN", "SIP/a"), agent("AGENTLOGOFF", "SIP/a", 9), agent("UNPAUSEALL")
    ) == [
        ("available", None),
        ("offline", None),
    ]


def test_members_paused_in_some_queues_are_available_in_the_others() -> None:
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
        ("available", ["sales"]),
        ("break", ["help", "sales"]),
        ("available", ["help"]),
        ("break", ["sales"]),
        ("offline", None),
    ]


def test_only_a_break_has_a_reason_and_it_is_that_of_the_pause_that_lasts() -> None:
    told = said(
        agent("ADDMEMBER", queue="sales"),
        agent("ADDMEMBER", queue="help"),
        agent("PAUSE", "training", queue="help"),
        agent("PAUSE", "lunch", queue="sales"),
        agent("REMOVEMEMBER", queue="sales"),
    )

    assert [event.get("reason") for event in told] == [None, None, None, "lunch", "training"]


def test_a_reason_told_behind_a_pause_is_that_of_the_break() -> None:
    told = said(
        agent("PAUSEREASON", "LOGIN"),
        agent("ADDMEMBER", queue="sales"),
        agent("PAUSEALL"),
        agent("PAUSEREASON", "lunch"),
        agent("UNPAUSEALL"),
        agent("PAUSE", queue="sales"),
        agent("PAUSEREASON", "training"),
        agent("AGENTLOGOFF", "SIP/a", 9),
        agent("PAUSEREASON", "LOGOFF"),
    )

    assert [(event["state"], event.get("reason")) for event in told] == [
        ("available", None),
        ("break", None),
        ("break", "lunch"),
        ("available", None),
        ("break", None),
        ("break", "training"),
        ("offline", None),
    ]


def test_a_pause_everywhere_ends_in_the_one_queue_in_which_it_is_ended() -> None:
    assert states(
        agent("ADDMEMBER", queue="sales"),
        agent("ADDMEMBER", queue="help"),
        agent("PAUSEALL", "admin"),
        agent("PAUSE", "admin", queue="help"),
        agent("PAUSE", "admin", queue="sales"),
        agent("UNPAUSE", queue="help"),
        agent("UNPAUSEALL"),
    )[2:] == [
        *[("break", ["help", "sales"])] * 3,
        ("available", ["help"]),
        ("available", ["help", "sales"]),
    ]


def test_a_member_added_to_a_queue_during_a_pause_everywhere_is_available_there() -> None:
    assert states(
        agent("ADDMEMBER", queue="sales"),
        agent("PAUSEALL", "lunch"),
        agent("ADDMEMBER", queue="help"),
        agent("REMOVEMEMBER", queue="help"),
        agent("UNPAUSEALL"),
    )[1:] == [
        ("break", ["sales"]),
        ("available", ["help"]),
        ("break", ["sales"]),
        ("available", ["sales"]),
    ]


RESTART = call("QUEUESTART", queue="NONE")


def test_a_member_whom_a_restart_forgot_is_gone_once_removed_again() -> None:
    assert states(
        agent("ADDMEMBER", queue="sales"),
        agent("ADDMEMBER", queue="help"),
        agent("PAUSE", "lunch", queue="sales"),
        RESTART,
        agent("ADDMEMBER", queue="sales"),
        agent("REMOVEMEMBER", queue="sales"),
    )[3:] == [("available", ["sales"]), ("offline", None)]


@pytest.mark.parametrize(
    "line",
    [
        agent("UNPAUSE", queue="help"),
        agent("REMOVEMEMBER", queue="help"),
        call("RINGNOANSWER", 9000, queue="help", agent="ann"),
    ],
)
def test_a_member_whom_a_restart_did_not_forget_still_has_both_telephones(line: str) -> None:
    assert (
        states(
            agent("ADDMEMBER", queue="sales"),
            agent("ADDMEMBER", queue="help"),
            RESTART,
            line,
            agent("ADDMEMBER", queue="sales"),
            agent("REMOVEMEMBER", queue="sales"),
        )[-1][0]
        == "available"
    )


def test_a_static_member_serves_the_queues_in_which_the_log_names_her() -> None:
    rung = call("RINGNOANSWER", 9000, queue="help", agent="ann")

    assert states(
        rung, agent("PAUSE", "Auto-Pause", queue="sales"), agent("UNPAUSE", queue="sales")
    ) == [("available", ["help"]), ("available", ["help", "sales"])]


def test_a_member_added_as_paused_is_on_a_break_until_the_pause_ends() -> None:
    assert states(
        agent("ADDMEMBER", "PAUSED", queue="sales"), agent("UNPAUSE", queue="sales", at=AT + 4)
    ) == [("break", ["sales"]), ("available", ["sales"])]


def test_a_member_by_two_telephones_is_there_until_both_are_removed() -> None:
    assert states(
        agent("ADDMEMBER", queue="sales"),
        agent("ADDMEMBER", queue="sales"),
        agent("REMOVEMEMBER", queue="sales"),
        agent("REMOVEMEMBER", queue="sales"),
    ) == [*[("available", ["sales"])] * 3, ("offline", None)]


def test_telephones_that_take_calls_are_told_with_the_instants_of_their_coming() -> None:
    told = said(
        agent("ADDMEMBER", queue="sales", name="PJSIP/101"),
        agent("ADDMEMBER", queue="sales", name="PJSIP/102", at=AT + 1),
        call("CONNECT", 4, "x", 1, at=AT + 9, agent="PJSIP/101"),
    )

    assert [(one["agent"], one["at"] - AT * 1000) for one in told] == [
        ("PJSIP/101", 0),
        ("PJSIP/102", 1000),
        ("PJSIP/101", 9000),
    ]


def test_telephones_of_members_with_names_are_no_agents_and_the_summary_says_so() -> None:
    log = opened()
    lines = (
        agent("ADDMEMBER", queue="sales", name="Local/7@desk/n"),
        agent("PAUSE", "lunch", queue="sales", name="Ann"),
        agent("ADDMEMBER", queue="sales", name="PJSIP/102"),
        agent("REMOVEMEMBER", queue="sales", name="Local/7@desk/n"),
        call("CONNECT", 4, "x", 1, agent="PJSIP/102"),
    )

    assert by_name(*lines) == [
        ("Ann", "break", ["sales"]),
        ("PJSIP/102", "available", ["sales"]),
    ]
    told(*lines, log=log)
    [note] = log.notes()
    assert note == (
        "telephones without a member's name: 1; ADDMEMBER and REMOVEMEMBER name them, calls name "
        "people, so nobody's coming and going is told. Set log_membername_as_agent=yes in "
        "queues.conf"
    )


def test_a_log_that_never_shows_how_it_names_agents_is_told_when_it_ends() -> None:
    assert by_name(agent("ADDMEMBER", queue="sales", name="PJSIP/101")) == [
        ("PJSIP/101", "available", ["sales"])
    ]


@pytest.mark.parametrize("name", ["Agent/a40", "Local/a40@agents/n"])
def test_an_agent_of_the_pool_has_the_name_by_which_queues_know_him(name: str) -> None:
    """Queues of Asterisk 12 and later reach the pool by Local channels (IssabelFoundation's
    callcenter, README: `queue add member Local/1000@agents/n`).
    """
    assert by_name(
        agent("AGENTLOGIN", "SIP/a", name="a40"),
        call("CONNECT", 4, "x", 1, at=AT + 9, agent=name),
        agent("AGENTLOGOFF", "SIP/a", 99, name="a40", at=AT + 99),
    ) == [
        ("a40", "available", None),
        ("a40", "offline", None),
        (name, "available", None),
        (name, "offline", None),
    ]


def test_a_telephone_behind_a_local_channel_is_no_agent_of_the_pool_who_did_not_log_in() -> None:
    assert by_name(
        call("CONNECT", 4, "x", 1, at=AT + 9, agent="Local/101@from-queue/n"),
        agent("AGENTLOGOFF", "SIP/a", name="101", at=AT + 99),
    ) == [("101", "offline", None)]


def test_the_reason_of_a_pause_may_hold_bars() -> None:
    paused = agent("PAUSE", "Lunch", "30 min", queue="sales")

    [state] = said(paused)
    assert state["reason"] == "Lunch|30 min"


def test_names_of_agents_and_queues_are_those_of_the_sources_settings() -> None:
    log = opened(agents={"PJSIP/101": "Ann"}, queues={"100": "sales"})
    [state] = told(agent("PAUSE", "lunch", queue="100", name="PJSIP/101"), log=log)

    assert b'"agent":"Ann","state":"break","queues":["sales"]' in state


def test_a_telephone_that_rings_out_is_a_call_missed_and_a_busy_one_is_none() -> None:
    assert said(
        call("RINGNOANSWER", 15_000, agent="ann"),
        call("RINGNOANSWER", 0, agent="bob"),
        call("RINGNOANSWER", agent="cai"),
        call("RINGNOANSWER", 15_000),
    ) == [
        {
            "type": "agent.missed",
            "at": AT * 1000,
            "agent": "ann",
            "queue": "sales",
            "contact": "c1",
            "ring_ms": 15_000,
        },
        {
            "type": "agent.missed",
            "at": AT * 1000,
            "agent": "cai",
            "queue": "sales",
            "contact": "c1",
        },
    ]


MEMBERS_WORDS = (
    ("PAUSE", "lunch"),
    ("UNPAUSE",),
    ("PAUSEALL", "lunch"),
    ("UNPAUSEALL",),
    ("ADDMEMBER",),
    ("REMOVEMEMBER",),
    ("AGENTLOGIN", "SIP/a"),
    ("AGENTLOGOFF", "SIP/a"),
)


def test_an_agent_who_pauses_and_comes_back_within_one_second_is_available() -> None:
    *_, pause, resume = said(
        agent("ADDMEMBER", queue="sales", at=AT - 9),
        agent("PAUSE", "lunch", queue="sales"),
        agent("UNPAUSE", queue="sales"),
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

    assert [event["at"] - AT * 1000 for event in rotated + current] == [-9000, 0, 1, 500, 1000]


def test_a_moment_written_backwards_keeps_its_order_and_a_clock_set_back_is_believed() -> None:
    exact = [
        agent("PAUSE").replace(str(AT), f"{AT}{fraction}")
        for fraction in (".500000", ".499900", ".500000", ".502")
    ]

    assert [event["at"] - AT * 1000 for event in said(*exact, agent("UNPAUSE", at=AT - 4))] == [
        500,
        501,
        502,
        503,
        -4000,
    ]


def test_states_of_a_log_that_runs_backwards_are_refused_with_the_remedy() -> None:
    backwards = [agent("PAUSE", at=AT), agent("ADDMEMBER", queue="sales", at=AT - 60)]

    assert len(said(*backwards)) == 1
    assert "sort -s -t'|' -k1,1n" in refusals(*backwards)[0]


def test_a_log_that_holds_all_its_lines_twice_tells_the_states_of_one() -> None:
    lines = [
        agent("ADDMEMBER", queue="sales", at=AT),
        agent("ADDMEMBER", queue="help", at=AT + 60),
        agent("PAUSE", "lunch", queue="help", at=AT + 90),
    ]

    assert events(*lines, *lines)[:3] == events(*lines)
    assert states(*lines, *lines) == [*states(*lines), ("available", ["sales"])]
    assert refusals(*lines, *lines) == []


def test_of_a_log_that_holds_its_lines_twice_the_latest_are_known_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(agents, "MOST_LINES", 3)
    lines = [agent("PAUSE", n, queue="sales", at=AT + 60 * n) for n in range(4)]

    assert refusals(*lines, lines[1], lines[2]) == []
    assert refusals(*lines, lines[1], lines[2], lines[0]) == [RUNS_BACKWARDS.detail]


@pytest.mark.parametrize("name", ["", "NONE"])
def test_what_names_no_agent_says_nothing_of_one(name: str) -> None:
    assert said(agent("PAUSE", name=name), call("CONNECT", 1, agent=name, name="NONE")) == []
