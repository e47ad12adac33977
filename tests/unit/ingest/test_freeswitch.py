"""FreeSWITCH's queues and call records become canonical events that ingest accepts."""

import json
from base64 import b64encode
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.ingest.sources.freeswitch.events import NO_STAMP
from floorpulse.ingest.sources.payloads import hashed_visit
from floorpulse.ingest.sources.registry import RECEIVERS, stream_of
from floorpulse.ingest.sources.source import SourceSettings
from tests.unit.ingest.telephony import AT, Body, facts, samples, states, told, visits

FREESWITCH = "freeswitch"
NUMBERS = count(1)
FIRST = ("c-1", hashed_visit("m-1"))


def event(action: str, at: float, **said: str) -> Body:
    """An event `at` seconds after the floor opened."""
    return {
        "Event-Name": "CUSTOM",
        "Event-Subclass": "callcenter::info",
        "Core-UUID": "core-1",
        "Event-Sequence": str(next(NUMBERS)),
        "Event-Date-Timestamp": str(round((AT + at) * 1_000_000)),
        "CC-Action": action,
        **{name.replace("_", "-"): value for name, value in said.items()},
    }


def of_call(
    action: str, at: float, call: str = "1", queue: str = "sales@here", **said: str
) -> Body:
    known = {
        "CC_Queue": queue,
        "CC_Member_UUID": f"m-{call}",
        "CC_Member_Session_UUID": "c-1",
        "CC_Member_CID_Number": "5550100",
    }
    return event(action, at, **known | said)


def enters(at: float, call: str = "1", queue: str = "sales@here") -> Body:
    return of_call("member-queue-start", at, call, queue)


def bridges(at: float, call: str = "1", agent: str = "ana@here") -> Body:
    return of_call("bridge-agent-start", at, call, CC_Agent=agent, CC_Agent_UUID=f"a-{call}")


def parts(at: float, call: str = "1", bridged: str = "true") -> Body:
    known = {"CC_Agent": "ana@here", "CC_Agent_UUID": f"a-{call}", "CC_Agent_Bridged": bridged}
    return of_call("bridge-agent-end", at, call, **known)


def state(at: float, name: str, agent: str = "ana@here") -> Body:
    return event("agent-state-change", at, CC_Agent=agent, CC_Agent_State=name)


def status(at: float, name: str, agent: str = "ana@here") -> Body:
    return event("agent-status-change", at, CC_Agent=agent, CC_Agent_Status=name)


def leaves(at: float, reason: str, answer_state: str) -> Body:
    known = {"CC_Cause": "Cancel", "CC_Cancel_Reason": reason, "Answer_State": answer_state}
    return of_call("member-queue-end", at, **known)


def test_a_bridge_that_came_true_is_an_answer_at_its_start() -> None:
    day = [enters(0), bridges(20), state(20.1, "In a queue call"), parts(80)]

    known = visits(told(FREESWITCH, day))[FIRST]

    assert (known["outcome"], known["wait"], known["talk"]) == ("answered", 20_000, 60_000)


def test_a_bridge_that_was_only_tried_is_none() -> None:
    day = [enters(0), bridges(20), parts(21, bridged="false"), leaves(30, "BREAK_OUT", "hangup")]

    known = visits(told(FREESWITCH, day))[FIRST]

    assert (known["outcome"], known["wait"]) == ("abandoned", 30_000)


def test_an_end_of_a_bridge_says_that_there_was_one() -> None:
    known = visits(told(FREESWITCH, [enters(0), bridges(20), parts(80)]))[FIRST]

    assert (known["outcome"], known["talk"]) == ("answered", 60_000)


@pytest.mark.parametrize(
    ("reason", "answer_state", "wanted"),
    [
        ("BREAK_OUT", "hangup", ("abandoned", None)),
        ("NONE", "hangup", ("abandoned", None)),
        ("BREAK_OUT", "answered", ("left", "other")),
        ("TIMEOUT", "answered", ("left", "timeout")),
        ("NO_AGENT_TIMEOUT", "answered", ("left", "empty")),
        ("EXIT_WITH_KEY", "answered", ("left", "key")),
        ("SOMETHING_NEW", "answered", ("left", "other")),
    ],
)
def test_how_a_caller_left(reason: str, answer_state: str, wanted: tuple[str, str | None]) -> None:
    known = visits(told(FREESWITCH, [enters(0), leaves(9, reason, answer_state)]))[FIRST]

    assert (known["outcome"], known["reason"]) == wanted


def test_the_end_of_an_answered_stay_says_nothing_more() -> None:
    assert told(FREESWITCH, [of_call("member-queue-end", 9, CC_Cause="Terminated")]) == []


def test_a_second_stay_after_an_answer_is_a_transfer() -> None:
    day = [enters(0), bridges(5), parts(60), enters(60.2, "2", "billing@here")]

    events = told(FREESWITCH, day)

    assert visits(events)[FIRST]["transferred"]
    assert [one.get("to_queue") for one in events if one["type"] == "contact.transferred"] == [
        "billing@here"
    ]


def test_a_second_stay_without_an_answer_is_none() -> None:
    events = told(FREESWITCH, [enters(0), leaves(9, "TIMEOUT", "answered"), enters(10, "2")])

    assert "contact.transferred" not in {one["type"] for one in events}


@pytest.mark.parametrize(("most", "transfers"), [(1, 0), (2, 1)])
def test_the_oldest_call_is_forgotten_where_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch, most: int, transfers: int
) -> None:
    monkeypatch.setattr("floorpulse.ingest.sources.freeswitch.calls.MOST_CALLS", most)
    another = of_call("member-queue-start", 60.1, "9", CC_Member_Session_UUID="c-9")
    day = [enters(0), bridges(5), parts(60), another, enters(60.2, "2", "billing@here")]

    kinds = [one["type"] for one in told(FREESWITCH, day)]

    assert kinds.count("contact.transferred") == transfers
    assert kinds.count("contact.offered") == 3


@pytest.mark.parametrize(
    ("cause", "missed"),
    [("NO_ANSWER", 1), ("LOSE_RACE", 0), ("USER_BUSY", 1), ("USER_NOT_REGISTERED", 0)],
)
def test_a_telephone_that_rang_in_vain(cause: str, missed: int) -> None:
    """A telephone that is not registered is tried every 5 seconds (mod_callcenter.c of 1.10,
    "Protection againts super fast loop"), and never rings.
    """
    ana = {"CC_Agent": "ana@here"}
    day = [
        enters(0),
        of_call("agent-offering", 2, **ana),
        of_call("bridge-agent-fail", 17, CC_Hangup_Cause=cause, **ana),
    ]

    told_so = [one for one in told(FREESWITCH, day) if one["type"] == "agent.missed"]

    assert [(one["agent"], one["ring_ms"]) for one in told_so] == [("ana@here", 15_000)] * missed


def test_holds_are_those_of_the_agents_channel() -> None:
    def channel(name: str, at: float, uuid: str) -> Body:
        return {**event("", at), "Event-Name": name, "Unique-ID": uuid}

    day = [
        *(enters(0), bridges(5), state(5.1, "In a queue call")),
        *(channel("CHANNEL_HOLD", 10, "a-1"), channel("CHANNEL_HOLD", 11, "c-1")),
        *(channel("CHANNEL_UNHOLD", 20, "a-1"), parts(65)),
    ]

    assert visits(told(FREESWITCH, day))[FIRST]["hold"] == 10_000


def test_a_bridge_without_its_agents_channel_is_an_answer_all_the_same() -> None:
    bridge = of_call("bridge-agent-start", 20, CC_Agent="ana@here")

    events = told(FREESWITCH, [enters(0), bridge, state(20.1, "In a queue call")])

    assert visits(events)[FIRST]["wait"] == 20_000


def test_a_talk_whose_beginning_was_not_heard_has_an_end() -> None:
    assert [one["type"] for one in told(FREESWITCH, [parts(80)])] == ["contact.ended"]


REPEATED = {
    "CC_Member_Joined_Time": str(AT),
    "CC_Agent_Answered_Time": str(AT + 20),
    "CC_Agent": "ana@here",
}
"""What the end of a talk repeats of its beginning: mod_callcenter.c, bridge-agent-end and
member-queue-end
"""
TERMINATED = {"CC_Cause": "Terminated", **REPEATED}


@pytest.mark.parametrize(
    "ends",
    [
        [of_call("bridge-agent-end", 80.25, **REPEATED)],
        [of_call("member-queue-end", 80.25, **TERMINATED)],
        [
            of_call("bridge-agent-end", 80.25, **REPEATED),
            of_call("member-queue-end", 80.3, **TERMINATED),
        ],
    ],
)
def test_a_talk_whose_beginning_was_not_heard_is_told_by_its_end(ends: list[Body]) -> None:
    heard = visits(told(FREESWITCH, [enters(0.4), *ends]))[FIRST]
    alone = visits(told(FREESWITCH, ends))[FIRST]

    assert (heard["outcome"], heard["wait"], heard["talk"]) == ("answered", 20_599, 59_251)
    assert (alone["outcome"], alone["wait"], alone["talk"]) == ("answered", 20_000, 59_251)


@pytest.mark.parametrize(
    "failed",
    [
        [
            parts(20.1, bridged="false"),
            of_call("member-queue-end", 20.2, **TERMINATED),
        ],
        [of_call("member-queue-end", 20.2, **TERMINATED) | {"variable_cc_agent_bridged": "false"}],
    ],
)
def test_who_had_hung_up_before_the_bridge_was_not_answered(failed: list[Body]) -> None:
    """mod_callcenter 1.10 ends the stay as `Terminated` also where the bridge failed."""
    day = [enters(0), *failed, leaves(20.3, "BREAK_OUT", "hangup")]

    assert visits(told(FREESWITCH, day))[FIRST]["outcome"] == "abandoned"


def test_what_was_heard_of_a_talk_wins_over_what_its_end_repeats() -> None:
    beginning = [enters(0.4), bridges(20.5), state(20.6, "In a queue call")]
    end = of_call("bridge-agent-end", 80.25, **REPEATED)
    after_a_restart = [*told(FREESWITCH, beginning), *told(FREESWITCH, [end])]

    for events in (told(FREESWITCH, [*beginning, end]), after_a_restart):
        known = visits(events)[FIRST]
        assert (known["wait"], known["talk"]) == (20_100, 59_750)


def test_who_gave_up_and_was_not_heard_to_come_had_joined_when_the_end_says_so() -> None:
    gone = {**leaves(42.5, "BREAK_OUT", "hangup"), "CC-Member-Joined-Time": str(AT)}

    known = visits(told(FREESWITCH, [gone]))[FIRST]

    assert (known["outcome"], known["wait"], known["queue"]) == ("abandoned", 41_501, "sales@here")


def test_a_caller_who_is_passed_on_before_the_bridge_ends_was_not_answered_twice() -> None:
    """mod_callcenter looks for the end of a bridge ten times a second, and the next queue is
    entered at once.
    """
    day = [
        *(enters(0), bridges(5), state(5.1, "In a queue call")),
        *(enters(60, "2", "billing@here"), parts(60.1)),
        {**leaves(70, "TIMEOUT", "answered"), "CC-Member-UUID": "m-2"},
        enters(70.1, "3", "help@here"),
    ]

    told_so = [one for one in told(FREESWITCH, day) if one["type"] == "contact.transferred"]

    assert [one["visit"] for one in told_so] == [FIRST[1]]


@pytest.mark.parametrize("number", ["anonymous", "Restricted", "0000000000", ""])
def test_a_caller_without_a_number_is_no_customer(number: str) -> None:
    enters_so = of_call("member-queue-start", 0, CC_Member_CID_Number=number)

    for come in (enters_so, record(caller_id_number=number)):
        assert "customer" not in told(FREESWITCH, [come])[0]


def test_an_agents_status_counts_before_the_state() -> None:
    day = [
        *(status(0, "Available"), state(1, "Receiving"), state(2, "In a queue call")),
        *(state(3, "Waiting"), status(4, "Available"), status(5, "On Break"), state(6, "Waiting")),
        *(status(7, "Available (On Demand)"), state(8, "Idle"), status(9, "Logged Out")),
    ]

    events = told(FREESWITCH, day)

    assert [(one["state"], one.get("reason")) for one in events] == [
        ("available", None),
        ("ringing", None),
        ("busy", None),
        ("available", None),
        ("break", "On Break"),
        ("available", None),
        ("break", "Idle"),
        ("offline", None),
    ]
    assert len(states(events, "ana@here")) == 8


def test_a_status_of_the_sites_own_is_what_the_settings_say() -> None:
    stream = stream_of(FREESWITCH, SourceSettings("fs", activities={"back office": "busy"}))

    [told_so] = stream.events(1, json.dumps(status(0, "Back Office")).encode())

    assert json.loads(told_so)["state"] == "busy"


RECORD: Body = {
    "core-uuid": "core-1",
    "variables": {
        "uuid": "c-1",
        "cc_side": "member",
        "cc_queue": "sales%40here",
        "cc_member_uuid": "m-1",
        "cc_queue_joined_epoch": str(AT),
        "cc_queue_answered_epoch": str(AT + 40),
        "cc_queue_terminated_epoch": str(AT + 100),
        "cc_agent": "ana%40here",
        "caller_id_number": "5550100",
    },
}


def record(**said: str) -> Body:
    variables = {**RECORD["variables"], **said}
    return {**RECORD, "variables": {key: value for key, value in variables.items() if value}}


def test_a_call_record_and_the_events_of_its_call_are_one_visit() -> None:
    day = [enters(0.3), bridges(40.4), state(40.5, "In a queue call"), parts(100.6)]

    known = visits(told(FREESWITCH, [*day, RECORD]))

    assert known == {
        FIRST: {
            "outcome": "answered",
            "wait": 40_000,
            "talk": 60_000,
            "hold": 0,
            "queue": "sales@here",
            "transferred": False,
            "reason": None,
        }
    }


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"cc_cancel_reason": "NONE", "end_epoch": str(AT + 30)}, ("abandoned", None)),
        ({"cc_cancel_reason": "BREAK_OUT", "end_epoch": str(AT + 90)}, ("left", "other")),
        ({"cc_cancel_reason": "TIMEOUT", "end_epoch": str(AT + 90)}, ("left", "timeout")),
    ],
)
def test_a_call_record_without_an_answer(said: Body, wanted: tuple[str, str | None]) -> None:
    unanswered = {"cc_queue_answered_epoch": "0", "cc_queue_canceled_epoch": str(AT + 30)}

    known = visits(told(FREESWITCH, [record(**unanswered, **said)]))[FIRST]

    assert (known["outcome"], known["reason"], known["wait"]) == (*wanted, 30_000)


@pytest.mark.parametrize(
    ("absent", "wanted"),
    [
        ("cc_queue_terminated_epoch", ["contact.offered", "contact.answered"]),
        ("cc_queue_answered_epoch", ["contact.offered"]),
    ],
)
def test_a_call_record_without_the_instant_of_an_end_tells_no_end(
    absent: str, wanted: list[str]
) -> None:
    assert [one["type"] for one in told(FREESWITCH, [record(**{absent: "0"})])] == wanted


@pytest.mark.parametrize(
    "said",
    [
        {"cc_queue_answered_epoch": str(AT - 300), "cc_queue_terminated_epoch": str(AT - 60)},
        {"cc_queue_answered_epoch": str(AT + 10), "cc_cause": "cancel"},
    ],
)
def test_an_answer_of_an_earlier_queue_or_of_a_bridge_that_failed_is_none(said: Body) -> None:
    """mod_callcenter sets cc_agent and cc_queue_answered_epoch before the bridge, and never unsets
    them: https://github.com/signalwire/freeswitch/issues/1973 shows a bridge that failed.
    """
    gone = {"cc_queue_canceled_epoch": str(AT + 30), "cc_cancel_reason": "BREAK_OUT"}

    known = visits(told(FREESWITCH, [record(**gone, **said, end_epoch=str(AT + 30))]))[FIRST]

    assert (known["outcome"], known["wait"]) == ("abandoned", 30_000)


def test_a_timeout_of_an_earlier_queue_is_none_of_the_last_ones_stay() -> None:
    before = {"cc_queue_canceled_epoch": str(AT - 1), "cc_cancel_reason": "TIMEOUT"}

    answered = visits(told(FREESWITCH, [record(**before, cc_cause="answered")]))[FIRST]
    waiting = visits(told(FREESWITCH, [record(**before, cc_queue_answered_epoch="0")]))[FIRST]

    assert (answered["outcome"], answered["wait"], answered["talk"]) == ("answered", 40_000, 60_000)
    assert waiting["outcome"] is None


@pytest.mark.parametrize("side", ["agent", ""])
def test_the_record_of_an_agents_leg_or_of_no_queue_tells_nothing(side: str) -> None:
    assert told(FREESWITCH, [record(cc_side=side)]) == []


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"cdr": json.dumps(RECORD)}).encode(),
        b"cdr=" + quote(json.dumps(RECORD)).encode(),
        b"cdr=" + b64encode(json.dumps(RECORD).encode()),
        json.dumps({"cdr": b64encode(json.dumps(RECORD).encode()).decode()}).encode(),
    ],
)
def test_the_forms_that_the_module_posts_are_the_record(content: bytes) -> None:
    stream = stream_of(FREESWITCH, "fs")

    assert stream.events(1, content) == stream.events(1, json.dumps(RECORD).encode())


def test_call_records_are_posted_with_a_password_and_answered_with_200() -> None:
    assert RECEIVERS[FREESWITCH].reply.status == 200


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"cdr=%%%", "JSON"),
        (b"[1]", "object"),
        (b'{"CC-Action": "member-queue-start"}', NO_STAMP.detail),
        (json.dumps(event("member-queue-start", 0)).encode(), "CC-Member-Session-UUID"),
        (json.dumps(record(cc_queue="")).encode(), "cc_queue"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(content: bytes, detail: str) -> None:
    stream = stream_of(FREESWITCH, "fs")

    stream.events(1, content)

    assert detail in stream.first_refused[0].refusal.detail


def test_an_action_that_nobody_knows_is_counted() -> None:
    stream = stream_of(FREESWITCH, "fs")

    assert stream.events(1, json.dumps(event("agent-dance", 0)).encode()) == []
    assert stream.notes()[-1].strip().startswith("agent-dance: 1")


@pytest.mark.parametrize(
    "silent", [event("members-count", 0), {**event("", 0), "Event-Name": "HEARTBEAT"}]
)
def test_what_is_known_to_say_nothing_is_not_counted(silent: Body) -> None:
    stream = stream_of(FREESWITCH, "fs")

    assert stream.events(1, json.dumps(silent).encode()) == []
    assert not any("members-count" in note or "HEARTBEAT" in note for note in stream.notes())


def test_an_event_without_a_number_is_named_by_its_content() -> None:
    first, later = enters(0), enters(1)
    for one in (first, later):
        del one["Event-Sequence"]

    ids = [one["id"] for one in told(FREESWITCH, [first, first, later])]

    assert ids[0] == ids[1] != ids[2]


WORDS = st.sampled_from(
    [
        *("member-queue-start", "member-queue-end", "bridge-agent-start", "bridge-agent-end"),
        *("bridge-agent-fail", "agent-offering", "agent-status-change", "agent-state-change", "x"),
    ]
)
FIELDS = st.sampled_from(
    [
        *("CC-Queue", "CC-Member-UUID", "CC-Member-Session-UUID", "CC-Agent", "CC-Agent-UUID"),
        *("CC-Agent-State", "CC-Cause", "CC-Cancel-Reason", "Event-Name", "Unique-ID", "variables"),
    ]
)
VALUES = st.sampled_from(["", "m-1", "In a queue call", "Cancel", "CHANNEL_HOLD", "a" * 300])


@given(st.lists(st.tuples(WORDS, st.dictionaries(FIELDS, VALUES)), max_size=12))
def test_whatever_comes_nothing_raises_and_every_event_is_one(
    junk: list[tuple[str, dict[str, str]]],
) -> None:
    stream = stream_of(FREESWITCH, "fs")
    for place, (action, said) in enumerate(junk):
        for one in stream.events(place, json.dumps({**event(action, 0), **said}).encode()):
            assert json.loads(one).get("contact", "-") != ""


@pytest.mark.recorded
@pytest.mark.parametrize("path", samples(FREESWITCH))
def test_a_handed_sample_gives_its_events_and_figures(path: Path) -> None:
    came = json.loads(path.read_text())["requests"]
    wanted = json.loads(path.with_name(path.name.replace(".in.", ".out.")).read_text())

    events = told(FREESWITCH, [one.get("event") or one["body"] for one in came])

    assert sorted(map(str, facts(events))) == sorted(map(str, facts(wanted["events"])))
    assert {one["id"] for one in events} == {one["id"] for one in wanted["events"]}
    Random(1).shuffle(events)
    known = visits(events * 2)
    for one in wanted["visits"]:
        figures: dict[str, Any] = {
            key: value for key, value in one.items() if key in ("outcome", "wait", "talk")
        }
        assert known[one["contact"], one["visit"]].items() >= figures.items()
