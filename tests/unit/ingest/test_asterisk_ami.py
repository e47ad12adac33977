"""Events of Asterisk's manager interface become canonical events that ingest accepts."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.asterisk_ami import events as ami_events
from floorpulse.ingest.sources.asterisk_ami import stays as ami_stays
from floorpulse.ingest.sources.asterisk_ami.events import NO_EVENT, NO_STAMP, ManagerEvents
from floorpulse.ingest.sources.payloads import NOT_AN_OBJECT
from floorpulse.ingest.sources.registry import stream_of
from floorpulse.ingest.sources.source import SourceRecord, SourceSettings
from tests.unit.ingest.telephony import AT, DATA, Body, facts, samples, states, told, visits

AMI = "asterisk-ami"


def event(name: str, at: float, call: str = "u.1", **said: Any) -> Body:
    """An event `at` seconds after the floor opened."""
    return {
        "Event": name,
        "Timestamp": f"{AT + at:.6f}",
        **({"Uniqueid": call} if call else {}),
        **{key: str(value) for key, value in said.items()},
    }


def joins(at: float, call: str = "u.1", queue: str = "sales") -> Body:
    return event("QueueCallerJoin", at, call, Queue=queue, CallerIDNum="5550100")


def leaves(at: float, call: str = "u.1", queue: str = "sales") -> Body:
    return event("QueueCallerLeave", at, call, Queue=queue)


def gives_up(at: float, call: str = "u.1", queue: str = "sales", waited: int = 5) -> Body:
    return event("QueueCallerAbandon", at, call, Queue=queue, HoldTime=waited)


def status(at: float, value: str, call: str = "u.1") -> Body:
    return event("VarSet", at, call, Variable="QUEUESTATUS", Value=value)


def agent_event(name: str, at: float, agent: str = "ana", call: str = "u.1", **said: Any) -> Body:
    known = {"Queue": "sales", "MemberName": agent, "Interface": f"PJSIP/{agent}", **said}
    return event(name, at, call, **known)


def rings(at: float, agent: str = "ana", call: str = "u.1") -> Body:
    return agent_event("AgentCalled", at, agent, call)


def answers(at: float, agent: str = "ana", call: str = "u.1", **said: Any) -> Body:
    known = {"DestUniqueid": f"d-{agent}", "HoldTime": 3, "RingTime": 1, **said}
    return agent_event("AgentConnect", at, agent, call, **known)


def completes(at: float, agent: str = "ana", call: str = "u.1", **said: Any) -> Body:
    known = {"HoldTime": 3, "TalkTime": 60, "Reason": "caller", **said}
    return agent_event("AgentComplete", at, agent, call, **known)


def member(name: str, at: float, queue: str = "sales", agent: str = "ana", **said: Any) -> Body:
    known = {"Status": 1, "Paused": 0, "InCall": 0, "PausedReason": "", **said}
    return agent_event(name, at, agent, "", **{"Queue": queue, **known})


def ana(*records: Body) -> list[str]:
    return [state for _, state in states(told(AMI, records), "ana")]


def test_a_call_has_the_spans_of_its_stamps_not_those_in_whole_seconds() -> None:
    events = told(
        AMI, [joins(0), rings(2), leaves(3.2), answers(3.25), completes(63.5), event("Hangup", 64)]
    )

    assert visits(events)["u.1", 1] == {
        "outcome": "answered",
        "wait": 3250,
        "talk": 60_250,
        "hold": 0,
        "queue": "sales",
        "transferred": False,
        "reason": None,
    }
    assert [state for _, state in states(events, "ana")] == ["ringing", "busy", "available"]


@pytest.mark.parametrize(
    ("after", "outcome", "reason"),
    [
        ([event("Hangup", 5.01)], "abandoned", None),
        ([status(5.01, "TIMEOUT"), event("Hangup", 90)], "left", "timeout"),
        ([status(5.01, "LEAVEEMPTY"), event("Hangup", 90)], "left", "empty"),
        ([status(5.01, "WITHDRAW"), event("Hangup", 5.02)], "left", "other"),
        ([event("Pong", 15, ""), event("Hangup", 300)], "left", "other"),
        ([joins(5.5, queue="billing")], "left", "other"),
    ],
)
def test_why_a_caller_left_is_told_by_what_follows(
    after: list[Body], outcome: str, reason: str | None
) -> None:
    known = visits(told(AMI, [joins(0), gives_up(5), leaves(5.001), *after]))["u.1", 1]

    assert (known["outcome"], known["reason"], known["wait"]) == (outcome, reason, 5000)


@pytest.mark.parametrize("after", [event("Hangup", 4.2), event("Pong", 9.1, ""), joins(4.1)])
def test_who_left_without_a_word_left_by_a_key(after: Body) -> None:
    known = visits(told(AMI, [joins(0), leaves(4), after]))["u.1", 1]

    assert (known["outcome"], known["reason"], known["wait"]) == ("left", "key", 4000)


def test_an_answer_that_comes_late_wins_over_a_key() -> None:
    known = visits(told(AMI, [joins(0), leaves(4), event("Pong", 20, ""), answers(21)]))

    assert known["u.1", 1]["outcome"] == "answered"


def test_a_further_queue_is_a_further_visit_and_a_transfer_ends_the_first() -> None:
    events = told(
        AMI,
        [
            joins(0),
            answers(3),
            completes(63, Reason="transfer"),
            joins(63.1, queue="billing"),
            answers(70, "ben", Queue="billing"),
        ],
    )

    known = visits(events)
    assert known["u.1", 1]["transferred"]
    assert (known["u.1", 2]["queue"], known["u.1", 2]["wait"]) == ("billing", 6900)


def test_who_enters_a_queue_while_waiting_in_another_left_that_one_somehow() -> None:
    known = visits(told(AMI, [joins(0), joins(9, queue="billing")]))

    first = known["u.1", 1]
    assert (first["outcome"], first["reason"], first["wait"]) == ("left", "other", 9000)
    assert (known["u.1", 2]["queue"], known["u.1", 2]["outcome"]) == ("billing", None)


def test_the_numbers_of_the_latest_calls_visits_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ami_stays, "MOST_CALLS", 2)
    calls = ["u.1", "u.2", "u.1", "u.3", "u.1", "u.2"]

    events = told(AMI, [joins(at, call) for at, call in enumerate(calls)])

    offers = [one for one in events if one["type"] == "contact.offered"]
    assert [(one["contact"], one.get("visit", 1)) for one in offers] == [
        ("u.1", 1),
        ("u.2", 1),
        ("u.1", 2),
        ("u.3", 1),
        ("u.1", 3),
        ("u.2", 1),
    ]


def test_a_transfer_that_ends_as_the_agents_hang_up_is_one() -> None:
    passes = event("BlindTransfer", 62.9, "", TransfererUniqueid="d-ana", Result="Success")

    known = visits(told(AMI, [joins(0), answers(3), passes, completes(63, Reason="agent")]))

    assert known["u.1", 1]["transferred"]


def test_a_caller_handed_into_a_waiting_line_stays_in_it_under_the_first_id() -> None:
    handed = event(
        "AttendedTransfer",
        4,
        "",
        SecondTransfererUniqueid="line.2",
        TransfereeUniqueid="u.1",
        OrigTransfererUniqueid="reception",
    )

    events = told(
        AMI,
        [
            joins(0, "line.2"),
            handed,
            event("Hangup", 4.1, "line.2"),
            answers(9, call="u.1"),
            completes(20, call="u.1"),
        ],
    )

    assert set(visits(events)) == {("line.2", 1)}
    assert visits(events)["line.2", 1]["talk"] == 11_000


def test_an_end_without_a_channel_is_the_talk_of_that_agent_in_that_queue() -> None:
    known = visits(told(AMI, [joins(0), answers(3), completes(13, call="", TalkTime=10)]))

    assert known["u.1", 1]["talk"] == 10_000


def test_of_two_talks_of_an_agent_one_ends_and_the_other_goes_on() -> None:
    events = told(
        AMI,
        [
            joins(0),
            joins(1, "u.2"),
            answers(3),
            answers(4, call="u.2", DestUniqueid="d-ana-2"),
            completes(13),
            completes(23, call="u.2"),
        ],
    )

    known = visits(events)
    assert (known["u.1", 1]["talk"], known["u.2", 1]["talk"]) == (10_000, 19_000)
    assert states(events, "ana") == [((AT + 3) * 1000, "busy"), ((AT + 23) * 1000, "available")]


def test_of_two_talks_whose_ids_have_changed_the_one_ends_that_was_as_long() -> None:
    ended = completes(33, call="n.2", DestUniqueid="n.3", TalkTime=10)

    events = told(AMI, [joins(0), answers(3), joins(20, "u.2"), answers(23, call="u.2"), ended])

    known = visits(events)
    assert known["u.2", 1]["talk"] == 10_000
    assert known["u.1", 1]["talk"] == 0


def test_a_local_channel_that_makes_way_changes_the_id_of_who_waits() -> None:
    optimised = event(
        "LocalOptimizationBegin",
        1,
        "",
        LocalOneUniqueid="l.1",
        LocalTwoUniqueid="l.2",
        SourceUniqueid="u.9",
    )

    known = visits(
        told(AMI, [joins(0, "l.2"), optimised, gives_up(5, "u.9"), event("Hangup", 5, "u.9")])
    )

    assert {key: one["outcome"] for key, one in known.items()} == {("l.2", 1): "abandoned"}


def test_a_local_channel_that_nobody_stands_behind_changes_nothing() -> None:
    alone = event("LocalOptimizationBegin", 1, "", LocalOneUniqueid="l.1", LocalTwoUniqueid="l.2")

    known = visits(
        told(AMI, [joins(0, "l.2"), alone, gives_up(5, "l.2"), event("Hangup", 5, "l.2")])
    )

    assert {key: one["outcome"] for key, one in known.items()} == {("l.2", 1): "abandoned"}


def test_a_caller_turned_away_is_known_by_where_the_dialplan_sent_them() -> None:
    dials = event("Newexten", 0, Application="Queue", AppData="sales,tT,,,30")

    rings_on = event("Newexten", 0.05, Application="Dial", AppData="PJSIP/ana")

    known = visits(told(AMI, [dials, rings_on, status(0.1, "FULL"), event("Hangup", 0.2)]))[
        "u.1", 1
    ]

    assert (known["outcome"], known["reason"], known["queue"]) == ("left", "overflow", "sales")


def test_holds_are_those_of_the_agents_channel() -> None:
    held = [event("Hold", 10, "d-ana"), event("Hold", 11, "u.1"), event("Unhold", 15, "d-ana")]

    known = visits(told(AMI, [joins(0), answers(3), *held, completes(30)]))["u.1", 1]

    assert known["hold"] == 5000


def test_a_telephone_behind_a_local_channel_holds_by_a_channel_of_its_own() -> None:
    """`Hold` is told of the channel whose telephone asked for it (Asterisk 22, main/channel.c,
    ast_queue_hold); a member such as `Local/101@from-queue/n` (FreePBX) has another.
    """
    local = {"Interface": "Local/101@from-queue/n", "DestUniqueid": "local.1"}

    events = told(
        AMI,
        [
            joins(0),
            leaves(2),
            answers(2, **local),
            event("Hold", 3, "u.1", Linkedid="u.1"),
            event("Hold", 4, "phone.1", Linkedid="another.1"),
            event("Hold", 5, "phone.1", Linkedid="u.1"),
            event("Unhold", 7, "phone.1", Linkedid="u.1"),
            completes(10, **local),
        ],
    )

    known = visits(events)["u.1", 1]
    assert (known["talk"], known["hold"]) == (6000, 2000)


@pytest.mark.parametrize("made", ["AttendedTransfer", "BlindTransfer"])
@pytest.mark.parametrize(
    ("result", "transferred"),
    [("Success", True), ("Fail", False), ("Invalid", False), ("Not Permitted", False)],
)
def test_a_transfer_that_failed_is_none(made: str, result: str, *, transferred: bool) -> None:
    """Result of both events (Asterisk 22, documentation of AMI events)."""
    by = {"OrigTransfererUniqueid": "d-ana", "TransfererUniqueid": "d-ana", "Result": result}

    events = told(AMI, [joins(0), leaves(2), answers(2), event(made, 5, "", **by), completes(9)])

    assert visits(events)["u.1", 1]["transferred"] is transferred


def test_a_caller_turned_away_is_of_the_queue_whatever_its_spelling_in_the_dialplan() -> None:
    dialled = event("Newexten", 1, Application="Queue", AppData="SALES,t,,,60")

    events = told(AMI, [member("QueueMemberAdded", 0), dialled, status(1.1, "FULL")])

    assert visits(events)["u.1", 1]["queue"] == "sales"


def test_so_many_queues_that_no_asterisk_has_them_are_called_as_the_dialplan_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ami_stays, "MOST_QUEUES", 1)
    dialled = event("Newexten", 1, Application="Queue", AppData="Billing")

    events = told(
        AMI,
        [
            *(member("QueueMemberAdded", 0, queue) for queue in ("sales", "billing")),
            *(dialled, status(1.1, "FULL")),
        ],
    )

    assert visits(events)["u.1", 1]["queue"] == "Billing"


def test_a_telephone_that_rang_out_is_a_missed_call() -> None:
    missed = agent_event("AgentRingNoAnswer", 17, RingTime=15_000)

    events = told(AMI, [joins(0), rings(2), missed])

    assert facts(events)[-2:] == [
        {
            "type": "agent.missed",
            "at": (AT + 17) * 1000,
            "agent": "ana",
            "queue": "sales",
            "contact": "u.1",
            "ring_ms": 15_000,
        },
        {"type": "agent.state", "at": (AT + 17) * 1000, "agent": "ana", "state": "available"},
    ]


def test_a_telephone_in_use_that_did_not_ring_missed_nothing() -> None:
    events = told(AMI, [joins(0), agent_event("AgentRingNoAnswer", 2, RingTime=0)])

    assert "agent.missed" not in {one["type"] for one in events}


def test_of_several_that_ring_one_talks_and_the_others_are_free_again() -> None:
    events = told(AMI, [joins(0), rings(1), rings(1, "ben"), answers(4)])

    assert [state for _, state in states(events, "ana")] == ["ringing", "busy"]
    assert [state for _, state in states(events, "ben")] == ["ringing", "available"]


def test_telephones_stop_ringing_when_the_caller_gives_up() -> None:
    assert ana(joins(0), rings(1), gives_up(5), event("Hangup", 5.1)) == ["ringing", "available"]


def test_paused_in_one_of_two_queues_means_away_in_that_queue_only() -> None:
    events = told(
        AMI,
        [
            member("QueueMemberAdded", 0),
            member("QueueMemberAdded", 1, "billing"),
            member("QueueMemberPause", 2, Paused=1, PausedReason="lunch"),
            member("QueueMemberPause", 3, "billing", Paused=1, PausedReason="lunch"),
            member("QueueMemberPause", 4, Paused=0),
        ],
    )

    assert [(one["state"], one.get("reason"), one["queues"]) for one in events] == [
        ("available", None, ["sales"]),
        ("available", None, ["billing", "sales"]),
        ("available", None, ["billing"]),
        ("break", "lunch", ["billing", "sales"]),
        ("available", None, ["sales"]),
    ]


def test_states_of_one_instant_keep_their_order() -> None:
    pauses = [member("QueueMemberPause", 2 + n / 10_000, Paused=n % 2) for n in range(5)]

    events = told(AMI, [member("QueueMemberAdded", 0), *pauses])

    assert [state for _, state in states(events, "ana")] == [
        "available",
        "break",
        "available",
        "break",
        "available",
    ]
    assert len({at for at, _ in states(events, "ana")}) == 5


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"Status": 2, "InCall": 1}, "busy"),
        ({"Status": 2}, "busy"),
        ({"Status": 8}, "busy"),
        ({"Status": 6}, "ringing"),
        ({"Status": 5}, "offline"),
        ({"Status": 5, "Paused": 1}, "offline"),
        ({"Paused": 1, "Status": 2}, "break"),
        ({"Status": 0}, "available"),
    ],
)
def test_a_telephones_status_tells_of_its_agent(said: Body, state: str) -> None:
    assert ana(member("QueueMemberStatus", 0, **said)) == [state]


def test_removed_in_the_middle_of_a_call_an_agent_talks_on() -> None:
    gone = member("QueueMemberRemoved", 10)

    assert ana(member("QueueMemberAdded", 0), joins(1), answers(3), gone, completes(20)) == [
        "available",
        "busy",
        "busy",
        "offline",
    ]


def lists(at: float, *entries: Body) -> list[Body]:
    """The answer to `QueueStatus`."""
    return [
        event("QueueParams", at, "", Queue="sales"),
        *entries,
        event("QueueStatusComplete", at, ""),
    ]


def listed(at: float, **said: Any) -> Body:
    known = {"Name": "ana", "Location": "PJSIP/ana", "Status": 1, "Paused": 0, "InCall": 0, **said}
    return event("QueueMember", at, "", Queue="sales", **known)


def waits(at: float, call: str, wait: int) -> Body:
    return event("QueueEntry", at, call, Queue="sales", Wait=wait, CallerIDNum="5550100")


def test_at_the_first_connection_those_who_are_there_are_known() -> None:
    events = told(AMI, [*lists(100, listed(100), waits(100, "u.7", 40)), answers(105, call="u.7")])

    assert visits(events)["u.7", 1]["wait"] == 45_000
    assert [state for _, state in states(events, "ana")] == ["available", "busy"]


def test_who_left_while_nobody_listened_left_somehow() -> None:
    events = told(AMI, [joins(0), joins(1, "u.2"), *lists(60, waits(60, "u.2", 59))])

    assert visits(events)["u.1", 1]["reason"] == "other"
    assert visits(events)["u.2", 1]["outcome"] is None


def test_a_talk_that_ended_while_nobody_listened_ends_when_the_queue_last_had_a_call() -> None:
    events = told(AMI, [joins(0), answers(3), *lists(60, listed(60, LastCall=AT + 33))])

    assert visits(events)["u.1", 1]["talk"] == 30_000
    assert states(events, "ana")[-1][1] == "available"


def test_a_talk_that_goes_on_after_a_gap_goes_on() -> None:
    events = told(
        AMI, [joins(0), answers(3), *lists(60, listed(60, InCall=1, Status=2)), completes(90)]
    )

    assert visits(events)["u.1", 1]["talk"] == 87_000


@pytest.mark.parametrize(("status", "talk"), [(2, 87_000), (1, 57_000)])
def test_where_a_list_does_not_say_who_is_in_a_call_the_telephone_does(
    status: int, talk: int
) -> None:
    """`InCall` was new in 2016 (asterisk-java, issue 142)."""
    listing = lists(60, listed(60, InCall=None, Status=status))
    events = told(AMI, [joins(0), answers(3), *listing, completes(90)])

    assert visits(events)["u.1", 1]["talk"] == talk


def test_who_serves_no_longer_after_a_gap_is_offline() -> None:
    assert ana(member("QueueMemberAdded", 0), *lists(60)) == ["available", "offline"]


def test_a_call_that_nobody_heard_the_beginning_of_is_told_from_its_end() -> None:
    known = visits(told(AMI, [completes(100, HoldTime=20, TalkTime=60)]))["u.1", 1]

    assert (known["outcome"], known["wait"], known["talk"]) == ("answered", 20_000, 60_000)


def test_an_end_that_does_not_say_how_long_the_talk_was_tells_of_no_call_nobody_heard_of() -> None:
    assert visits(told(AMI, [completes(100, TalkTime="")])) == {}


def test_an_answer_of_a_call_that_nobody_heard_come_tells_how_long_it_waited() -> None:
    known = visits(told(AMI, [answers(100, HoldTime=20), completes(130)]))["u.1", 1]

    assert (known["outcome"], known["wait"], known["talk"]) == ("answered", 20_000, 30_000)


def test_who_gives_up_and_was_not_heard_to_come_waited_as_long_as_the_event_says() -> None:
    known = visits(told(AMI, [gives_up(100, waited=20), event("Hangup", 100.1)]))["u.1", 1]

    assert (known["outcome"], known["queue"], known["wait"]) == ("abandoned", "sales", 20_000)


@pytest.mark.parametrize("value", ["TIMEOUT", "FULL"])
def test_how_a_call_left_a_queue_that_nobody_heard_of_says_nothing(value: str) -> None:
    assert told(AMI, [status(5, value)]) == []


def test_a_call_that_nobody_heard_the_beginning_of_was_transferred_where_its_end_says_so() -> None:
    known = visits(told(AMI, [completes(100, HoldTime=20, TalkTime=60, Reason="transfer")]))

    assert (known["u.1", 1]["talk"], known["u.1", 1]["transferred"]) == (60_000, True)


def test_the_same_event_twice_is_one() -> None:
    day = [joins(0), rings(2), answers(3), completes(60), joins(61, queue="billing"), gives_up(70)]
    doubled = [one for pair in zip(day, day, strict=True) for one in pair]

    assert told(AMI, doubled) == told(AMI, day)


def test_only_the_latest_events_are_known_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ami_events, "REPEATS", 2)
    first, second, third = joins(0), joins(1, "u.2"), joins(2, "u.3")

    events = told(AMI, [first, second, third, second, third, first])

    offers = [one["contact"] for one in events if one["type"] == "contact.offered"]
    assert offers == ["u.1", "u.2", "u.3", "u.1"]


def test_names_of_the_settings_stand_for_those_of_asterisk() -> None:
    settings = SourceSettings("pbx", queues={"sales": "Sales"}, agents={"ana": "Ana B."})
    stream = stream_of(AMI, settings)

    text = json.dumps(member("QueueMemberAdded", 0)).encode()
    [state] = [json.loads(one) for one in stream.events(1, text)]

    assert (state["agent"], state["queues"], state["source"]) == ("Ana B.", ["Sales"], "pbx")


def test_calls_of_two_servers_with_one_id_are_two_contacts() -> None:
    record = json.dumps(joins(0, "1794300000.7")).encode()

    contacts = {
        json.loads(one)["contact"]
        for source in ("asterisk:pbx1", "asterisk:pbx2")
        for one in stream_of(AMI, source).events(1, record)
    }

    assert contacts == {"pbx1-1794300000.7", "pbx2-1794300000.7"}


def test_an_event_without_a_stamp_is_refused_with_the_remedy() -> None:
    stampless = joins(0)
    del stampless["Timestamp"]

    refusal = ManagerEvents(SourceSettings("pbx")).take(
        SourceRecord(1, json.dumps(stampless).encode())
    )

    assert refusal == NO_STAMP
    assert "timestampevents" in NO_STAMP.detail


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"[]", NOT_AN_OBJECT.detail),
        (b'{"Timestamp": "1794300000.5"}', NO_EVENT.detail),
        (json.dumps(event("QueueCallerJoin", 0)).encode(), "QueueCallerJoin has no Queue"),
        (
            json.dumps(event("AgentConnect", 0, Queue="sales")).encode(),
            "AgentConnect has no MemberName",
        ),
    ],
)
def test_what_is_no_event_or_lacks_what_it_needs_is_refused_with_what_it_lacks(
    content: bytes, detail: str
) -> None:
    refusal = ManagerEvents(SourceSettings("pbx")).take(SourceRecord(1, content))

    assert isinstance(refusal, Refusal)
    assert refusal.detail == detail


def test_an_event_that_nobody_knows_is_counted() -> None:
    stream = stream_of(AMI, "pbx")

    assert stream.events(1, b'{"Event": "FaxStatus", "Timestamp": "1794300000.5"}') == []
    assert stream.notes()[-1].strip().startswith("FaxStatus: 1")


WORDS = st.sampled_from(
    [
        *("QueueCallerJoin", "QueueCallerLeave", "QueueCallerAbandon", "VarSet", "Hangup"),
        *("AgentCalled", "AgentConnect", "AgentComplete", "AgentRingNoAnswer", "Hold", "Unhold"),
        *("QueueMemberAdded", "QueueMemberPause", "QueueMemberRemoved", "AttendedTransfer"),
        *("QueueMember", "QueueEntry", "QueueStatusComplete", "Newexten", "Whatever"),
    ]
)
VALUES = st.sampled_from(
    ["", "u.1", "u.2", "sales", "ana", "-1", "1", "9e99", "QUEUESTATUS", "FULL"]
)
FIELDS = st.sampled_from(
    [
        *("Uniqueid", "Queue", "MemberName", "Interface", "HoldTime", "TalkTime", "Variable"),
        *("Value", "Status", "Paused", "InCall", "DestUniqueid", "TransfereeUniqueid", "Wait"),
        *("SecondTransfererUniqueid", "LastCall", "RingTime", "AppData", "Application"),
    ]
)


@given(st.lists(st.tuples(WORDS, st.floats(0, 50), st.dictionaries(FIELDS, VALUES)), max_size=12))
def test_whatever_comes_nothing_raises_and_every_event_is_one(
    junk: list[tuple[str, float, dict[str, str]]],
) -> None:
    stream = stream_of(AMI, "pbx")
    for place, (name, at, said) in enumerate(junk):
        for one in stream.events(place, json.dumps({**event(name, at, ""), **said}).encode()):
            assert json.loads(one).get("contact", "-") != ""


@pytest.mark.recorded
@pytest.mark.parametrize("path", samples(AMI))
def test_a_handed_sample_gives_its_events_and_figures(path: Path) -> None:
    came = json.loads(path.read_text())["requests"]
    wanted = json.loads(path.with_name(path.name.replace(".in.", ".out.")).read_text())
    if "event" not in came[0]:
        pytest.skip("lines of a queue_log")

    events = told(AMI, [one["event"] for one in came])

    assert sorted(map(str, facts(events))) == sorted(map(str, facts(wanted["events"])))
    Random(1).shuffle(events)
    known = visits(events * 2)
    for one in wanted["visits"]:
        figures = {key: value for key, value in one.items() if key not in ("contact", "visit")}
        assert known[one["contact"], one["visit"]].items() >= figures.items()


TRUTH: dict[str, list[tuple[str, float, float | None]]] = {
    "abandon-while-ringing": [("abandoned", 5.03, None)],
    "attended-transfer-queue-to-queue-link": [("answered", 1.0, 9.54), ("answered", 2.01, 4.52)],
    "blind-transfer-to-queue": [("answered", 1.0, 4.0), ("answered", 2.01, 3.0)],
    "call": [("answered", 2.01, 5.0)],
    "caller-handed-into-queue": [("answered", 8.01, 4.02)],
    "caller-local-optimised": [("answered", 1.01, 5.0)],
    "exit-by-key": [("left", 4.11, None)],
    "pauses-and-a-call": [("answered", 1.01, 4.01)],
    "timeout-then-second-queue": [("left", 5.0, None), ("answered", 2.01, 3.0)],
    "turned-away-full": [("abandoned", 5.02, None)],
    "withdraw": [("left", 5.0, None)],
}
"""Outcome, wait and talk in seconds of each visit, in the order of their offers"""


def shifted(line: str) -> Body:
    """An event of a transcript, moved to before the tests' now."""
    record: Body = json.loads(line)
    return {**record, "Timestamp": f"{float(record['Timestamp']) - 2_000_000:.6f}"}


@pytest.mark.recorded
@pytest.mark.parametrize("name", TRUTH)
def test_what_an_asterisk_sent_gives_what_happened(name: str) -> None:
    file = DATA / "asterisk" / "ami" / f"{name}.jsonl"
    if not file.exists():
        pytest.skip("the transcripts are not here")

    events = told(AMI, map(shifted, file.read_text().splitlines()))

    known = visits(events)
    offers = [
        (one["contact"], one.get("visit", 1)) for one in events if one["type"] == "contact.offered"
    ]
    assert len(known) == len(TRUTH[name])
    for key, (outcome, wait, talk) in zip(offers, TRUTH[name], strict=True):
        assert known[key]["outcome"] == outcome
        assert known[key]["wait"] / 1000 == pytest.approx(wait, abs=0.05)
        if talk is not None:
            assert known[key]["talk"] / 1000 == pytest.approx(talk, abs=0.05)
