"""Tencent CCC: a finished call as visits, and the history of agents' states."""

from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.source import SourceSettings, SurveyScale
from floorpulse.ingest.sources.tencent_ccc.known_calls import MOST_CALLS, KnownCalls
from floorpulse.ingest.sources.tencent_ccc.staff import MOST_AGENTS, Row
from floorpulse.ingest.sources.tencent_ccc.staff import states as states_of
from tests.unit.ingest.sources.vendors import AT, facts, ignored, refused, states, told, visits

VENDOR = "tencent-ccc"
SECOND = AT // 1000

Body = dict[str, Any]


def cdr(**fields: object) -> Body:
    known = {
        "SessionId": "s",
        "Direction": 0,
        "CallType": 2,
        "QueuedTimestamp": SECOND,
        "QueuedSkillGroupId": 7,
        "EndedTimestamp": SECOND + 60,
        "EndStatus": 1,
        "ServeParticipants": [],
    }
    return {**known, **fields}


def served(sequence: int, mail: str | None, began: int, accepted: int, ended: int) -> Body:
    """A participant; seconds after the call came in, 0 accepted is never."""
    return {
        "Sequence": sequence,
        "Mail": mail,
        "SkillGroupId": 7 + sequence,
        "StartTimestamp": SECOND + began,
        "RingTimestamp": SECOND + began,
        "AcceptTimestamp": SECOND + accepted if accepted else 0,
        "EndedTimestamp": SECOND + ended,
    }


@pytest.mark.parametrize(
    ("status", "event"),
    [
        (103, {"type": "contact.abandoned", "queue": "7"}),
        (104, {"type": "contact.abandoned", "queue": "7"}),
        (105, {"type": "contact.left", "reason": "empty"}),
        (106, {"type": "contact.left", "reason": "closed"}),
        (199, {"type": "contact.left", "reason": "other"}),
        (211, {"type": "contact.left", "reason": "other"}),
        (501, {"type": "contact.left", "reason": "other"}),
        (502, {"type": "contact.left", "reason": "other"}),
    ],
)
def test_a_stay_that_nobody_answered_ends_as_the_status_says(status: int, event: Body) -> None:
    _, ended = facts(told(VENDOR, cdr(EndStatus=status)))

    assert ended == {"at": AT + 60_000, "contact": "s", "wait_ms": 60_000, **event}


def test_where_only_the_name_of_the_status_is_told_it_is_read() -> None:
    _, ended = told(VENDOR, cdr(EndStatus=None, EndStatusString="noSeatOnline"))

    assert ended["reason"] == "empty"


def test_a_call_that_a_voice_agent_ended_is_no_visit_by_the_name_of_its_end_either() -> None:
    assert told(VENDOR, cdr(EndStatus=None, EndStatusString="aiAgentEndCall")) == []


@pytest.mark.parametrize("status", [100, 102, 107, 109, 201, 224, 225, 232, 233])
def test_a_call_that_ended_before_any_queue_is_no_visit(status: int) -> None:
    assert told(VENDOR, cdr(EndStatus=status)) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"CallType": 1},
        {"CallType": 5},
        {"CallType": 6},
        {"Direction": 1},
        {"QueuedTimestamp": 0},
        {"QueuedSkillGroupId": 0},
    ],
)
def test_calls_that_are_not_inbound_or_saw_no_queue_are_no_visits(fields: Body) -> None:
    assert told(VENDOR, cdr(**fields)) == []


def test_each_agent_who_accepted_has_a_visit_and_who_did_not_has_missed_one() -> None:
    events = told(
        VENDOR,
        cdr(
            ServeParticipants=[
                served(2, "ben", 30, 36, 60),
                served(0, "eve", 2, 0, 9),
                served(1, "ann", 10, 14, 30),
            ]
        ),
    )

    known = visits(events)
    assert {key: (one["wait"], one["talk"], one["transferred"]) for key, one in known.items()} == {
        ("s", 1): (14_000, 16_000, True),
        ("s", 2): (6_000, 24_000, False),
    }
    assert [(one["agent"], one["ring_ms"]) for one in events if one["type"] == "agent.missed"] == [
        ("eve", 7_000)
    ]


def test_a_call_passed_on_waits_again_since_the_first_agent_there_was_called() -> None:
    """A transfer as handed samples have it, and beside it one who does not accept."""
    record = cdr(
        ServeParticipants=[
            served(0, "ana", 5, 10, 30),
            {**served(1, "ben", 12, 0, 20), "SkillGroupId": 9},
            {**served(2, "ben", 30, 0, 38), "SkillGroupId": 9},
            {**served(3, "cleo", 40, 45, 60), "SkillGroupId": 9},
        ]
    )
    events = told(VENDOR, record)

    assert visits(events)["s", 2]["wait"] == 15_000
    assert visits(events)["s", 1]["to_queue"] == "9"
    assert [one["agent"] for one in events if one["type"] == "agent.missed"] == ["ben", "ben"]


@pytest.mark.parametrize(
    ("ended", "outcome", "missed"),
    [
        ({"EndStatus": 104}, "abandoned", 0),
        ({"EndStatus": 103}, "abandoned", 1),
        ({"EndStatus": 1, "HungUpSide": "user"}, "abandoned", 0),
        ({"EndStatus": 1, "HungUpSide": "system"}, "left", 1),
        ({"EndStatus": 105}, "left", 1),
    ],
)
def test_a_call_passed_on_that_nobody_accepts_any_more_is_a_further_visit(
    ended: Body, outcome: str, missed: int
) -> None:
    attempts = [served(0, "ana", 5, 10, 30), {**served(1, "ben", 30, 0, 60), "SkillGroupId": 9}]
    events = told(VENDOR, cdr(ServeParticipants=attempts, **ended))

    first, second = visits(events)["s", 1], visits(events)["s", 2]
    assert (first["outcome"], first["transferred"], first["to_queue"]) == ("answered", True, "9")
    assert (second["outcome"], second["queue"], second["wait"]) == (outcome, "9", 30_000)
    assert len([one for one in events if one["type"] == "agent.missed"]) == missed


def test_who_was_called_while_another_agent_talked_is_no_further_visit() -> None:
    asked = {**served(1, "ben", 12, 0, 20), "SkillGroupId": 9}
    events = told(VENDOR, cdr(ServeParticipants=[served(0, "ana", 5, 10, 60), asked]))

    assert list(visits(events)) == [("s", 1)]


def test_a_robot_that_served_first_is_no_visit() -> None:
    robot = served(0, None, 0, 1, 10)
    events = told(VENDOR, cdr(ServeParticipants=[robot, served(1, "ann", 12, 15, 60)]))

    assert [one["agent"] for one in events if one["type"] == "contact.answered"] == ["ann"]
    assert len(visits(events)) == 1


def test_a_record_without_participants_is_read_from_its_root() -> None:
    root = cdr(AcceptTimestamp=SECOND + 20, SeatUser={"Mail": "ann"})

    (visit,) = visits(told(VENDOR, root)).values()
    assert (visit["outcome"], visit["wait"], visit["talk"]) == ("answered", 20_000, 40_000)


def test_the_caller_who_gave_up_while_it_rang_was_not_missed_by_the_agent() -> None:
    events = told(VENDOR, cdr(EndStatus=104, ServeParticipants=[served(0, "ann", 50, 0, 60)]))

    assert [event["type"] for event in events] == ["contact.offered", "contact.abandoned"]


@pytest.mark.parametrize(
    ("key", "settings", "score"),
    [
        ("1", {}, 5),
        ("5", {}, 1),
        ("7", {}, None),
        ("noInput", {}, None),
        ("2", {"scales": {"csat": SurveyScale("csat", 0, 2)}}, 2),
        ("1", {"scales": {"csat": SurveyScale("csat", 0, 1, {"1": 0.0, "2": 1.0})}}, 0),
    ],
)
def test_a_key_is_a_score_on_the_scale_of_the_settings(
    key: str, settings: Body, score: int | None
) -> None:
    pressed = [{"Key": key, "Timestamp": AT + 70_500}]
    events = told(VENDOR, cdr(PostIVRKeyPressedEx=pressed), **settings)

    assert [one.get("score") for one in events if one["type"].startswith("survey.")] == (
        [None] if score is None else [None, score]
    )


def test_the_survey_of_a_transferred_call_is_about_its_last_agent() -> None:
    events = told(
        VENDOR,
        cdr(
            ServeParticipants=[served(0, "ann", 0, 5, 20), served(1, "ben", 20, 25, 60)],
            PostIVRKeyPressedEx=[{"Key": "1", "Timestamp": AT + 70_500}],
        ),
    )

    assert [one["visit"] for one in events if one["type"].startswith("survey.")] == [2, 2]


def row(second: int, status: str, cursor: int = 0, **fields: str) -> Body:
    known = {"Timestamp": SECOND + second, "Status": status, "Cursor": str(cursor)}
    return {**known, "StaffEmail": "ann", **fields}


def history(*rows: Body) -> Body:
    return {"Response": {"Data": list(rows)}}


def test_states_of_one_second_keep_the_order_of_their_cursor() -> None:
    events = told(
        VENDOR, history(row(0, "free", 2), row(0, "rest", 1, Reason="lunch"), row(5, "offline", 3))
    )

    assert states(events) == [
        (AT, "ann", "break"),
        (AT + 1, "ann", "available"),
        (AT + 5_000, "ann", "offline"),
    ]


def test_the_wrap_up_of_a_transferred_call_belongs_to_the_visit_of_its_agent() -> None:
    transferred = cdr(ServeParticipants=[served(0, "ann", 0, 5, 20), served(1, "ben", 20, 25, 60)])
    worked = history(
        row(60, "afterCallWork", 1, SessionId="s", StaffEmail="ben"),
        row(75, "free", 2, StaffEmail="ben"),
    )

    known = visits(told(VENDOR, {"Response": {"TelCdrs": [transferred]}}, worked))
    assert (known["s", 1]["wrap"], known["s", 2]["wrap"]) == (0, 15_000)


def test_holds_of_a_call_belong_to_the_visit_that_was_answered_before() -> None:
    transferred = cdr(ServeParticipants=[served(0, "ann", 0, 5, 20), served(1, "ben", 20, 25, 60)])
    details = {
        "SessionId": "s",
        "Response": {
            "Events": [
                {"EventType": "StaffHold", "Timestamp": AT + 30_000},
                {"EventType": "StaffUnhold", "Timestamp": AT + 38_000},
                {"EventType": "Ring", "Timestamp": AT + 39_000},
            ]
        },
    }

    known = visits(told(VENDOR, transferred, details))
    assert (known["s", 1]["hold"], known["s", 2]["hold"]) == (0, 8_000)


def test_what_is_no_call_and_no_history_is_refused_or_counted() -> None:
    assert refused(VENDOR, {"hello": 1}) == "the payload has no SessionId, TelCdrs or Data"
    assert refused(VENDOR, history({"Status": "free"})) == (
        "the payload has no Status, Timestamp and StaffEmail of a row"
    )
    assert ignored(VENDOR, {"SessionId": "s", "RecordURL": "…"}) == []
    assert ignored(VENDOR, {"SessionId": "s"}) != []
    assert "  CallType 1: 1 payload, first in payload 1" in ignored(VENDOR, cdr(CallType=1))
    assert told(VENDOR, {"Response": {"TelCdrs": [cdr(CallType=1)]}}) == []
    assert ignored(VENDOR, history(row(0, "dances"))) != []


def test_a_row_without_agent_and_one_of_a_new_kind_tell_nothing_beside_others() -> None:
    nobody = {**row(0, "free"), "StaffEmail": None}
    events = told(VENDOR, history(nobody, row(1, "dances"), row(2, "free"), row(3, "rest")))

    assert [state for _, _, state in states(events)] == ["available", "break"]
    unordered = {**row(0, "free"), "Cursor": "no number"}
    assert [state for _, _, state in states(told(VENDOR, history(unordered)))] == ["available"]


def test_a_stay_goes_on_where_the_record_does_not_say_when_it_ended() -> None:
    assert len(told(VENDOR, cdr(EndStatus=103, EndedTimestamp=0))) == 1
    taken = {**served(0, "ann", 0, 5, 20), "EndedTimestamp": 0}
    assert [one["type"] for one in told(VENDOR, cdr(ServeParticipants=[taken]))] == [
        "contact.offered",
        "contact.answered",
    ]


def test_a_key_of_no_known_time_is_no_survey() -> None:
    untimed = cdr(EndStatus=103, PostIVRKeyPressed=[{"Key": "1"}])

    assert [one for one in told(VENDOR, untimed) if one["type"].startswith("survey.")] == []


def test_records_and_details_that_name_no_call_are_refused() -> None:
    assert refused(VENDOR, {"Response": {"TelCdrs": [{"EndStatus": 1}]}}) == (
        "the payload has no SessionId"
    )
    assert refused(VENDOR, {"Response": {"Events": []}}) == (
        "the payload has no SessionId beside Events"
    )


def test_only_so_many_transferred_calls_are_remembered() -> None:
    known = KnownCalls()
    for number in range(MOST_CALLS + 1):
        body = {"type": "contact.answered", "contact": f"c{number}", "agent": "a", "at": 1}
        known.learn([{**body, "visit": 2}])

    assert known.visit("c0", 9) is None
    assert known.visit(f"c{MOST_CALLS}", 9) == 2


spans = st.integers(0, 40)


@st.composite
def participants(draw: st.DrawFn) -> list[Body]:
    """Who was called, one after another: some accept, some do not."""
    known: list[Body] = []
    at = draw(spans)
    for sequence in range(draw(st.integers(0, 4))):
        ring = at + draw(spans)
        ended = ring + draw(spans)
        accepted = ring if draw(st.booleans()) else 0
        known.append(served(sequence, draw(st.sampled_from(["ann", "ben"])), at, accepted, ended))
        at = ended
    return known


@given(participants(), st.sampled_from([1, 17, 100, 102, 103, 104, 105, 106, 107, 199]))
def test_a_visit_has_one_offer_and_at_most_one_outcome(known: list[Body], status: int) -> None:
    events = told(VENDOR, cdr(EndStatus=status, ServeParticipants=known))

    for contact, visit in visits(events):
        of_it = [
            one["type"]
            for one in events
            if (one.get("contact"), one.get("visit", 1)) == (contact, visit)
        ]
        assert of_it.count("contact.offered") == 1
        outcomes = ("contact.answered", "contact.abandoned", "contact.left")
        assert sum(of_it.count(one) for one in outcomes) == 1


def test_cursors_hide_the_order_of_the_rows_of_one_second() -> None:
    def cursor(at: int) -> str:
        return b64encode(f"{at},ann,0".encode()).decode()

    later = {**row(0, "free"), "Cursor": cursor(AT + 700)}
    earlier = {**row(0, "rest"), "Cursor": cursor(AT + 200)}

    assert [state for _, _, state in states(told(VENDOR, history(later, earlier)))] == [
        "break",
        "available",
    ]


SEAT = {"Type": "staffSeat", "Mail": ""}
"""A seat whose account has a telephone and no mail"""


def test_a_seat_without_mail_is_the_one_whom_the_record_names() -> None:
    call = cdr(
        SeatUser={"Mail": "", "UserId": "u-7"},
        HungUpSide="user",
        ServeParticipants=[served(0, "ann", 0, 5, 20), {**served(1, "", 20, 25, 60), **SEAT}],
    )

    events = told(VENDOR, call)

    assert [one["agent"] for one in events if one["type"] == "contact.answered"] == ["ann", "u-7"]


@pytest.mark.parametrize(
    ("seat", "fields"),
    [
        ({"Mail": "ann"}, SEAT),
        ({"UserId": "u-7"}, {"Type": "outboundPhone"}),
        ({}, SEAT),
    ],
    ids=["named by another", "no seat", "named by nobody"],
)
def test_who_took_a_call_over_and_is_no_agent_that_is_known_has_no_visit(
    seat: Body, fields: Body
) -> None:
    outside = {**served(1, "", 20, 25, 60), **fields}
    call = cdr(SeatUser=seat, ServeParticipants=[served(0, "ann", 0, 5, 20), outside])

    assert [one["agent"] for one in told(VENDOR, call) if "agent" in one] == ["ann"]


def test_a_seat_without_mail_that_another_agent_followed_is_not_known() -> None:
    first = {**served(0, "", 0, 5, 20), **SEAT}
    call = cdr(SeatUser={"UserId": "u-7"}, ServeParticipants=[first, served(1, "ben", 20, 25, 60)])

    assert [one["agent"] for one in told(VENDOR, call) if "agent" in one] == ["ben"]


@pytest.mark.parametrize("name", ["VoicemailRecordURL", "VoicemailAsrURL"])
def test_who_spoke_to_the_voicemail_did_not_give_up(name: str) -> None:
    _, over = told(VENDOR, cdr(EndStatus=103, **{name: ["https://example.com/1"]}))
    _, gone = told(VENDOR, cdr(EndStatus=103, **{name: []}))

    assert (over["type"], over["reason"]) == ("contact.left", "other")
    assert gone["type"] == "contact.abandoned"


def test_participants_without_a_sequence_have_ids_of_their_own() -> None:
    calls = [served(0, "ann", 4, 0, 10), served(0, "ben", 12, 0, 18), served(0, "cid", 20, 30, 60)]
    call = cdr(ServeParticipants=[{**one, "Sequence": None} for one in calls])

    missed = [one for one in told(VENDOR, call) if one["type"] == "agent.missed"]

    assert [one["agent"] for one in missed] == ["ann", "ben"]
    assert len({one["id"] for one in missed}) == 2


def test_work_after_a_call_goes_on_over_the_end_of_a_page() -> None:
    events = told(
        VENDOR,
        history(row(0, "busy", 1), row(60, "afterCallWork", 2, SessionId="s")),
        history(row(60, "afterCallWork", 2, SessionId="s"), row(75, "free", 3)),
        history(row(0, "busy", 1), row(60, "afterCallWork", 2, SessionId="s")),
    )

    assert [one["wrap_ms"] for one in events if one["type"] == "contact.wrapped"] == [15_000]


def test_a_row_that_repeats_the_work_after_a_call_does_not_end_it() -> None:
    work = [row(second, "afterCallWork", second, SessionId="s") for second in (60, 63, 66)]

    events = told(VENDOR, history(*work, row(75, "free", 75)))

    assert [one["wrap_ms"] for one in events if one["type"] == "contact.wrapped"] == [15_000]


def test_only_so_many_agents_are_remembered() -> None:
    rows = [row(0, "free", StaffEmail=f"a{number}") for number in range(MOST_AGENTS + 1)]
    known: dict[str, Row] = {}

    states_of([Fields(one) for one in rows], SourceSettings("test"), KnownCalls(), known)

    assert len(known) == MOST_AGENTS
    assert "a0" not in known


@pytest.mark.parametrize("name", ["TelCdrs", "TelCdrList", "Data"])
def test_an_empty_page_tells_nothing(name: str) -> None:
    assert told(VENDOR, {"Response": {"TotalCount": 0, name: None}}) == []
