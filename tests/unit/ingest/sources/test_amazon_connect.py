"""Amazon Connect: what contact events, records, agent events and evaluations tell."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.ingest.sources.source import SourceRecord, SurveyScale
from tests.fakes.connect_floor import calls
from tests.unit.ingest.sources.told import figures, opened, told, visits

ARN = "arn:aws:connect:eu-west-2:1:instance/i"
NEVER = "1970-01-01T00:00:00.001Z"
QUEUED = "2026-11-02T09:00:10.200Z"
TAKEN = "2026-11-02T09:00:30.700Z"
OVER = "2026-11-02T09:01:35.391Z"


def contact(kind: str, id_: str = "k-1", **detail: Any) -> dict[str, Any]:
    """A contact event of EventBridge, of a contact that waits in the queue `orders`."""
    return {
        "detail-type": "Amazon Connect Contact Event",
        "source": "aws.connect",
        "time": "2026-11-02T09:01:40Z",
        "detail": {
            "eventType": kind,
            "contactId": id_,
            "channel": "VOICE",
            "initiationMethod": "INBOUND",
            "queueInfo": {"queueArn": f"{ARN}/queue/orders", "enqueueTimestamp": QUEUED},
            **detail,
        },
    }


def by(agent: str, at: str = TAKEN, **more: Any) -> dict[str, Any]:
    return {
        "agentInfo": {
            "agentArn": f"{ARN}/agent/{agent}",
            "connectedToAgentTimestamp": at,
            **more,
        }
    }


def record(id_: str = "k-1", **fields: Any) -> dict[str, Any]:
    """A contact record, in whole seconds."""
    return {
        "ContactId": id_,
        "Channel": "VOICE",
        "InitiationMethod": "INBOUND",
        "InitiationTimestamp": "2026-11-02T09:00:00Z",
        "DisconnectTimestamp": "2026-11-02T09:01:35Z",
        "LastUpdateTimestamp": "2026-11-02T09:10:00Z",
        "Queue": {
            "ARN": f"{ARN}/queue/orders",
            "EnqueueTimestamp": "2026-11-02T09:00:10Z",
            "Duration": 20,
        },
        "Agent": {
            "ARN": f"{ARN}/agent/ana",
            "ConnectedToAgentTimestamp": "2026-11-02T09:00:30Z",
            "AgentInteractionDuration": 50,
            "CustomerHoldDuration": 15,
            "AfterContactWorkEndTimestamp": "2026-11-02T09:01:50Z",
            "AfterContactWorkDuration": 15,
        },
        **fields,
    }


UNANSWERED: dict[str, Any] = {"Agent": None}


def snapshot(
    kind: str, contacts: list[dict[str, Any]], before: object = None, **status: Any
) -> dict[str, Any]:
    return {
        "AgentARN": f"{ARN}/agent/ana",
        "EventId": f"{kind}-1",
        "EventTimestamp": "2026-11-02T09:05:00.000Z",
        "EventType": kind,
        "CurrentAgentSnapshot": {
            "AgentStatus": status or {"Name": "Available", "Type": "ROUTABLE"},
            "Contacts": contacts,
        },
        "PreviousAgentSnapshot": before,
    }


def held(state: str, id_: str = "k-1", since: str = "2026-11-02T09:04:59.000Z") -> dict[str, Any]:
    return {
        "ContactId": id_,
        "State": state,
        "StateStartTimestamp": since,
        "ConnectedToAgentTimestamp": "2026-11-02T09:04:00.000Z",
        "Queue": {"ARN": f"{ARN}/queue/orders"},
    }


def kinds(*payloads: object, **known: Any) -> list[str]:
    return [event["type"] for event in told(opened("amazon-connect", **known), *payloads)]


def test_queues_and_agents_have_the_names_of_the_settings() -> None:
    source = opened("amazon-connect", queues={"orders": "Orders"}, agents={"ana": "Ana"})
    offered, answered = told(source, contact("CONNECTED_TO_AGENT", **by("ana")))
    assert (offered["queue"], answered["queue"], answered["agent"]) == ("Orders", "Orders", "Ana")


@pytest.mark.parametrize(
    ("channel", "method", "wanted"),
    [
        ("CHAT", "API", "chat"),
        ("EMAIL", "INBOUND", "email"),
        ("TASK", "API", "task"),
        ("VOICE", "CALLBACK", "callback"),
        ("VOICE", "INBOUND", None),
    ],
)
def test_a_contact_has_its_channel(channel: str, method: str, wanted: str | None) -> None:
    source = opened("amazon-connect")
    (offered,) = told(source, contact("QUEUED", channel=channel, initiationMethod=method))
    assert offered.get("channel") == wanted


@pytest.mark.parametrize("reason", ["CUSTOMER_DISCONNECT", "TELECOM_PROBLEM", "OTHER", None])
def test_who_leaves_before_an_agent_gave_up(reason: str | None) -> None:
    over = contact("DISCONNECTED", disconnectTimestamp=OVER, disconnectReason=reason)
    assert kinds(over) == ["contact.offered", "contact.abandoned"]


@pytest.mark.parametrize(
    "reason",
    ["CONTACT_FLOW_DISCONNECT", "API", "AGENT_DISCONNECT", "TRANSFERRED", "SYSTEM_ERROR"],
)
def test_who_is_disconnected_by_the_flow_did_not_give_up(reason: str) -> None:
    over = contact("DISCONNECTED", disconnectTimestamp=OVER, disconnectReason=reason)
    assert kinds(over) == ["contact.offered", "contact.left"]


def test_completed_tells_nobody_gave_up_for_it_does_not_say_why() -> None:
    assert kinds(contact("COMPLETED", disconnectTimestamp=OVER)) == ["contact.offered"]


def test_a_contact_that_another_one_follows_did_not_give_up() -> None:
    over = contact("DISCONNECTED", disconnectTimestamp=OVER, nextContactId="k-2")
    assert kinds(over) == ["contact.offered"]


def test_a_ringing_agent_has_not_answered() -> None:
    ringing = contact("DISCONNECTED", disconnectTimestamp=OVER, **by("ana", NEVER))
    assert kinds(ringing) == ["contact.offered", "contact.abandoned"]


@pytest.mark.parametrize(
    "method", ["OUTBOUND", "EXTERNAL_OUTBOUND", "CAMPAIGN_PREVIEW", "MONITOR", "AGENT_REPLY"]
)
def test_what_is_nobodys_stay_in_a_queue_is_counted_as_ignored(method: str) -> None:
    """`InitiationMethod` of the Amazon Connect Administrator Guide, Contact records data model:
    https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
    """
    source = opened("amazon-connect")
    assert told(source, contact("QUEUED", initiationMethod=method)) == []
    assert source.unknown.counted() == {method: 1}


def test_an_agents_own_queue_is_none() -> None:
    own = {"queueArn": f"{ARN}/queue/agent/ana", "enqueueTimestamp": QUEUED}
    assert kinds(contact("QUEUED", queueInfo=own)) == []


def test_a_call_passed_to_an_agents_own_queue_is_passed_to_the_agent() -> None:
    own = {"queueArn": f"{ARN}/queue/agent/ben", "enqueueTimestamp": QUEUED}
    (passed,) = told(
        opened("amazon-connect"),
        contact(
            "QUEUED",
            "k-2",
            initialContactId="k-1",
            previousContactId="k-1",
            initiationMethod="TRANSFER",
            initiationTimestamp=QUEUED,
            queueInfo=own,
        ),
    )
    assert (passed["type"], passed["to_agent"]) == ("contact.transferred", "ben")
    assert "to_queue" not in passed


def test_a_transfer_is_told_once_its_goal_is_known() -> None:
    leg = {
        "initialContactId": "k-1",
        "previousContactId": "k-1",
        "initiationMethod": "TRANSFER",
        "initiationTimestamp": TAKEN,
    }
    assert kinds(contact("INITIATED", "k-2", **leg, queueInfo=None)) == []
    assert kinds(contact("QUEUED", "k-2", **leg)) == ["contact.transferred", "contact.offered"]
    outside = contact("DISCONNECTED", "k-2", **leg, queueInfo=None, disconnectTimestamp=OVER)
    assert kinds(outside) == ["contact.transferred"]


def test_a_waiting_contact_that_a_flow_moves_left_by_overflow() -> None:
    moved = contact(
        "QUEUED",
        "k-2",
        initialContactId="k-1",
        previousContactId="k-1",
        initiationMethod="QUEUE_TRANSFER",
        initiationTimestamp=TAKEN,
    )
    left, _, offered = told(opened("amazon-connect"), moved)
    assert (left["reason"], left["contact"], "visit" in left) == ("overflow", "k-1", False)
    assert (offered["contact"], offered["visit"] > 1) == ("k-1", True)


@pytest.mark.parametrize(
    ("method", "reason"), [("CALLBACK", "callback"), ("QUEUE_TRANSFER", "overflow")]
)
def test_who_hangs_up_once_the_contact_went_on_in_another_did_not_give_up(
    method: str, reason: str
) -> None:
    hung_up = contact(
        "DISCONNECTED", disconnectTimestamp=OVER, disconnectReason="CUSTOMER_DISCONNECT"
    )
    leg = {
        "initialContactId": "k-1",
        "previousContactId": "k-1",
        "initiationMethod": method,
        "initiationTimestamp": TAKEN,
    }
    queued = contact("QUEUED", "k-2", **leg)
    for payloads in ((hung_up, queued), (queued, hung_up)):
        first = visits(told(opened("amazon-connect"), *payloads))["shop", "k-1", 1]
        assert (figures(first)["outcome"], first.left_reason) == ("left", reason)


def test_old_spellings_have_their_stamps_in_the_envelope() -> None:
    old = {
        "detail-type": "Amazon Connect Contact Event",
        "time": "2026-11-02T09:00:30Z",
        "detail": {
            "EventType": "CONNECTED_TO_AGENT",
            "ContactId": "k-1",
            "Channel": "Voice",
            "QueueInfo": {"QueueArn": f"{ARN}/queue/orders"},
            "AgentInfo": {"AgentArn": f"{ARN}/agent/ana"},
        },
    }
    (answered,) = told(opened("amazon-connect"), old)
    assert (answered["type"], answered["agent"], answered["at"]) == (
        "contact.answered",
        "ana",
        1_793_610_030_000,
    )


def test_a_kind_of_event_that_is_not_known_is_counted() -> None:
    source = opened("amazon-connect")
    told(source, contact("TELEPATHY", queueInfo=None))
    told(source, {"detail-type": "Amazon Connect Codeartifact", "detail": {}})
    assert source.unknown.counted() == {"TELEPATHY": 1, "Amazon Connect Codeartifact": 1}


def test_a_record_repairs_what_live_events_lost_and_its_spans_win() -> None:
    source = opened("amazon-connect")
    live = contact("DISCONNECTED", disconnectTimestamp=OVER, **by("ana"))
    for payloads in ((live, record()), (record(), live)):
        ((_, visit),) = visits(told(source, *payloads)).items()
        assert figures(visit) | {"wait": None} == {
            "outcome": "answered",
            "wait": None,
            "talk": 50_000,
            "hold": 15_000,
            "wrap": 15_000,
            "to_queue": None,
        }


def test_an_unanswered_record_gave_up_after_the_wait_it_states() -> None:
    _, gave_up = told(opened("amazon-connect"), record(**UNANSWERED))
    assert (gave_up["type"], gave_up["wait_ms"]) == ("contact.abandoned", 20_000)


def test_a_record_that_another_one_follows_did_not_give_up() -> None:
    live = contact("DISCONNECTED", disconnectTimestamp=OVER)
    followed = told(opened("amazon-connect"), live, record(**UNANSWERED, NextContactId="k-2"))
    ((_, visit),) = visits(followed).items()
    assert figures(visit)["outcome"] is None


SENT_OUT: dict[str, Any] = {
    "TransferCompletedTimestamp": "2026-11-02T09:00:50Z",
    "TransferredToEndpoint": {"Type": "TELEPHONE_NUMBER", "Address": "+1"},
}


def test_a_record_that_an_agent_sent_to_an_outside_number_was_transferred() -> None:
    ((_, visit),) = visits(told(opened("amazon-connect"), record(**SENT_OUT))).items()
    assert (figures(visit)["talk"], visit.transferred_at) == (50_000, 1_793_610_050_000)


def test_a_waiting_record_that_the_flow_sent_to_an_outside_number_did_not_give_up() -> None:
    live = contact("DISCONNECTED", disconnectTimestamp=OVER)
    for payloads in (
        (live, record(**UNANSWERED, **SENT_OUT)),
        (record(**UNANSWERED, **SENT_OUT), live),
    ):
        ((_, visit),) = visits(told(opened("amazon-connect"), *payloads)).items()
        assert (figures(visit)["outcome"], visit.left_reason) == ("left", "other")
        assert visit.left_at == 1_793_610_050_000


def test_a_caller_who_left_a_voicemail_did_not_give_up() -> None:
    """`VoicemailInfo` as botocore 1.44.8 describes it (connect 2017-08-08)."""
    live = contact("DISCONNECTED", disconnectTimestamp=OVER)
    recorded = record(**UNANSWERED, VoicemailInfo={"NumberOfVoicemails": 1})
    source = opened("amazon-connect")

    (visit,) = visits(told(source, live, recorded)).values()

    assert figures(visit)["outcome"] == "left"
    assert figures(visit)["wait"] == 20_000


def test_a_mail_that_nobody_took_did_not_give_up() -> None:
    gone = {"channel": "EMAIL", "disconnectTimestamp": OVER, "disconnectReason": "TRANSFERRED"}
    assert kinds(contact("DISCONNECTED", **gone)) == ["contact.offered", "contact.left"]
    assert kinds(record(**UNANSWERED, Channel="EMAIL")) == ["contact.offered", "contact.left"]


def test_a_task_that_nobody_took_left() -> None:
    assert kinds(record(**UNANSWERED, Channel="TASK")) == ["contact.offered", "contact.left"]


def test_a_record_of_an_outbound_call_tells_nothing() -> None:
    assert kinds(record(InitiationMethod="OUTBOUND")) == []


def test_attributes_named_by_a_scale_are_answers_to_a_survey() -> None:
    scales = {"stars": SurveyScale("csat", 1, 5, {"great": 5.0})}
    answers: dict[str, Any] = {"Attributes": {"stars": "great", "colour": "red"}}
    survey = told(opened("amazon-connect", scales=scales), record(**answers))[-1]
    assert (survey["type"], survey["score"], survey["visit"]) == ("survey.answered", 5, 1)
    assert survey["at"] == 1_793_610_600_000


@pytest.mark.parametrize("said", ["7", "nothing", "", None])
def test_an_answer_off_the_scale_is_none(said: str | None) -> None:
    scales = {"stars": SurveyScale("csat", 1, 5)}
    events = told(opened("amazon-connect", scales=scales), record(Attributes={"stars": said}))
    assert "survey.answered" not in {event["type"] for event in events}


@pytest.mark.parametrize(
    ("states", "wanted"),
    [
        (["CONNECTED", "CONNECTING"], "busy"),
        (["CONNECTING", "ENDED"], "ringing"),
        (["ENDED", "ERROR"], "wrap_up"),
    ],
)
def test_the_busiest_contact_makes_the_state(states: list[str], wanted: str) -> None:
    since = "2026-11-02T09:04:00.000Z"
    contacts = [held(state, f"k-{number}", since) for number, state in enumerate(states)]
    assert told(opened("amazon-connect"), snapshot("STATE_CHANGE", contacts))[-1]["state"] == wanted


def test_an_activity_of_the_sites_own_is_the_state_that_the_settings_say() -> None:
    source = opened("amazon-connect", activities={"back office": "available"})
    mails = snapshot("STATE_CHANGE", [], Name="Back Office", Type="CUSTOM")
    (state,) = told(source, mails)
    assert (state["state"], "reason" in state) == ("available", False)


def test_a_snapshot_without_a_status_tells_no_state() -> None:
    unsaid = snapshot("STATE_CHANGE", [])
    unsaid["CurrentAgentSnapshot"]["AgentStatus"] = None
    assert told(opened("amazon-connect"), unsaid) == []


def test_holds_are_the_changes_between_two_snapshots() -> None:
    talking = {"Contacts": [held("CONNECTED")]}
    waiting = {"Contacts": [held("CONNECTED_ONHOLD")]}
    changes = {
        "held": snapshot("STATE_CHANGE", [held("CONNECTED_ONHOLD")], talking),
        "resumed": snapshot("STATE_CHANGE", [held("CONNECTED")], waiting),
        "nothing": snapshot("STATE_CHANGE", [held("CONNECTED_ONHOLD")], waiting),
    }
    found = {name: kinds(change) for name, change in changes.items()}
    assert found == {
        "held": ["contact.held", "agent.state"],
        "resumed": ["contact.resumed", "agent.state"],
        "nothing": ["agent.state"],
    }


def test_a_contact_that_its_agent_declined_is_missed() -> None:
    assert kinds(snapshot("STATE_CHANGE", [held("REJECTED")])) == ["agent.missed", "agent.state"]


def test_a_contact_that_is_paused_leaves_its_agent_free() -> None:
    (state,) = told(opened("amazon-connect"), snapshot("STATE_CHANGE", [held("PAUSED")]))
    assert state["state"] == "available"


def test_a_contact_that_was_not_taken_is_missed_once_however_many_snapshots_show_it() -> None:
    source = opened("amazon-connect")
    shown = told(
        source,
        snapshot("STATE_CHANGE", [held("MISSED")]),
        snapshot("LOGIN", [held("MISSED")]),
    )
    missed = [event for event in shown if event["type"] == "agent.missed"]
    assert {event["id"] for event in missed} == {missed[0]["id"]}
    assert (missed[0]["agent"], missed[0]["queue"], missed[0]["contact"]) == (
        "ana",
        "orders",
        "k-1",
    )


def test_a_heart_beat_says_nothing_new() -> None:
    source = opened("amazon-connect")
    assert told(source, snapshot("HEART_BEAT", [])) == []
    assert source.unknown.counted() == {}


def evaluation(**fields: Any) -> dict[str, Any]:
    return {
        "Evaluation": {
            "EvaluationId": "e-1",
            "Status": "SUBMITTED",
            "LastModifiedTime": 1793610600.25,
            "Metadata": {
                "ContactId": "k-1",
                "ContactAgentId": "ana",
                "Score": {"Percentage": 87.5, "AutomaticFail": True},
            },
            **fields,
        }
    }


def test_a_submitted_evaluation_is_scored() -> None:
    (scored,) = told(opened("amazon-connect"), evaluation())
    assert {name: scored[name] for name in ("type", "at", "agent", "score", "fatal")} == {
        "type": "qa.scored",
        "at": 1_793_610_600_250,
        "agent": "ana",
        "score": 87.5,
        "fatal": True,
    }


def test_a_calibration_is_one() -> None:
    (scored,) = told(opened("amazon-connect"), evaluation(EvaluationType="CALIBRATION"))
    assert scored["calibration"] is True


def test_a_deleted_evaluation_is_taken_back() -> None:
    assert kinds(evaluation(Status="DELETED")) == ["qa.retracted"]


def test_what_does_not_apply_or_is_a_draft_scores_nothing() -> None:
    source = opened("amazon-connect")
    none = {"Metadata": {"ContactId": "k-1", "Score": {"Percentage": 0, "NotApplicable": True}}}
    assert told(source, evaluation(**none), evaluation(Status="DRAFT")) == []
    assert source.unknown.counted() == {"DRAFT": 1}


@pytest.mark.parametrize(
    "payload", [b"{}", b'{"detail-type": "Amazon Connect Contact Event", "detail": {}}', b"[1]"]
)
def test_what_is_no_payload_of_amazon_connect_is_refused(payload: bytes) -> None:
    said = opened("amazon-connect").take(SourceRecord(0, payload))
    assert isinstance(said, Refusal)
    assert said.reason in {Reason.MALFORMED, Reason.MISSING_FIELD}


def test_a_record_tells_as_much_as_it_knows() -> None:
    going_on = record(DisconnectTimestamp=None)
    agent: dict[str, Any] = {"ARN": f"{ARN}/agent/ana", "ConnectedToAgentTimestamp": TAKEN}
    scales = {"stars": SurveyScale("csat", 1, 5)}
    never_queued = record(Queue=None, Attributes={"stars": "4"})
    assert kinds(going_on) == ["contact.offered", "contact.answered", "contact.wrapped"]
    assert kinds(record(Agent=agent)) == ["contact.offered", "contact.answered", "contact.ended"]
    assert kinds(record(**UNANSWERED, DisconnectTimestamp=None)) == ["contact.offered"]
    assert kinds(record(Queue={"ARN": f"{ARN}/queue/orders"})) == []
    (survey,) = told(opened("amazon-connect", scales=scales), never_queued)
    assert "visit" not in survey


def test_a_contact_event_tells_as_much_as_it_knows() -> None:
    unstamped: dict[str, Any] = {"queueInfo": {"queueArn": f"{ARN}/queue/orders"}}
    old = contact("DISCONNECTED", **unstamped)
    assert [(one["type"], one["at"]) for one in told(opened("amazon-connect"), old)] == [
        ("contact.abandoned", 1_793_610_100_000)
    ]
    assert kinds(contact("COMPLETED", **unstamped)) == []
    assert kinds(contact("COMPLETED")["detail"]) == ["contact.offered"]


@pytest.mark.parametrize("absent", ["EventTimestamp", "EventId"])
def test_an_agent_event_without_what_makes_it_one_is_refused(absent: str) -> None:
    event = snapshot("LOGIN", []) | {absent: None}
    said = opened("amazon-connect").take(SourceRecord(0, json.dumps(event).encode()))
    assert isinstance(said, Refusal)


def test_a_kind_of_agent_event_that_is_not_known_is_counted() -> None:
    source = opened("amazon-connect")
    assert told(source, snapshot("DREAM", [])) == []
    assert source.unknown.counted() == {"DREAM": 1}


def test_an_evaluation_of_no_contact_is_refused() -> None:
    nobody = json.dumps(evaluation(Metadata={})).encode()
    assert isinstance(opened("amazon-connect").take(SourceRecord(0, nobody)), Refusal)


@given(st.integers(0, 10_000), st.sets(st.integers(0, 4)))
def test_some_of_a_calls_events_never_contradict_all_of_them(seed: int, kept: set[int]) -> None:
    (call,) = calls(1, Random(seed))
    everything = [call.record(), *call.events()]
    some = [event for number, event in enumerate(everything) if number in kept]
    for visit in visits(told(opened("amazon-connect"), *some)).values():
        assert figures(visit)["outcome"] in {None, call.outcome}


@pytest.mark.parametrize("before", [None, "CONNECTED"], ids=["alone", "with the one before"])
def test_a_hold_whose_state_keeps_the_stamp_of_the_answer_begins_with_its_event(
    before: str | None,
) -> None:
    """API_AgentContactReference: on hold, `StateStartTimestamp` is not changed."""
    answered = "2026-11-02T09:04:00.000Z"
    previous = {"Contacts": [held(before, since=answered)]} if before else None
    on_hold = snapshot("STATE_CHANGE", [held("CONNECTED_ONHOLD", since=answered)], previous)

    events = told(opened("amazon-connect"), on_hold)

    (began,) = (one["at"] for one in events if one["type"] == "contact.held")
    assert began == next(one["at"] for one in events if one["type"] == "agent.state")


def test_a_hold_ends_with_its_event_where_the_state_keeps_the_stamp_of_the_answer() -> None:
    answered = "2026-11-02T09:04:00.000Z"
    before = {"Contacts": [held("CONNECTED_ONHOLD", since=answered)]}
    back = snapshot("STATE_CHANGE", [held("CONNECTED", since=answered)], before)

    events = told(opened("amazon-connect"), back)

    assert [one["at"] for one in events] == [events[-1]["at"]] * 2
    assert events[0]["type"] == "contact.resumed"


@pytest.mark.parametrize("status", [{"Name": "Available", "Type": "ROUTABLE"}, {"Name": None}])
def test_who_has_logged_out_is_offline_whatever_status_is_left(status: dict[str, Any]) -> None:
    (state,) = told(opened("amazon-connect"), snapshot("LOGOUT", [], **status))

    assert state["state"] == "offline"


def test_who_logs_out_in_a_conversation_is_busy_until_it_is_over() -> None:
    (state,) = told(opened("amazon-connect"), snapshot("LOGOUT", [held("CONNECTED", since=NEVER)]))

    assert state["state"] == "busy"


@pytest.mark.parametrize(
    "payload",
    [
        contact("DISCONNECTED", agentInfo={"connectedToAgentTimestamp": TAKEN}),
        record(Agent={"ConnectedToAgentTimestamp": TAKEN}),
    ],
    ids=["contact event", "contact record"],
)
def test_a_contact_that_somebody_took_whom_it_does_not_name_is_refused(
    payload: dict[str, Any],
) -> None:
    said = opened("amazon-connect").take(SourceRecord(0, json.dumps(payload).encode()))

    assert isinstance(said, Refusal)
    assert said.detail == "the payload has no ARN of the agent who was connected"


@pytest.mark.parametrize(
    "moved",
    [
        contact("QUEUED", "k-2", initiationMethod="QUEUE_TRANSFER", previousContactId="k-1"),
        record(
            "k-2",
            InitiationMethod="QUEUE_TRANSFER",
            PreviousContactId="k-1",
            InitiationTimestamp=None,
            **UNANSWERED,
        ),
    ],
    ids=["contact event", "contact record"],
)
def test_a_leg_that_does_not_say_when_it_began_did_so_when_it_entered_its_queue(
    moved: dict[str, Any],
) -> None:
    left, taken_back, offered, *_ = told(opened("amazon-connect"), moved)

    assert (left["type"], taken_back["type"]) == ("contact.left", "contact.retracted")
    assert left["at"] == offered["at"]
