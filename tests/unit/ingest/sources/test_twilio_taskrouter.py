"""Twilio TaskRouter: one stay by three roads, tasks that are cancelled, agents' activities."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.unit.ingest.sources.vendors import AT, facts, ignored, refused, states, told, visits

VENDOR = "twilio-taskrouter"
SECOND = AT // 1000

Body = dict[str, Any]


def form(kind: str, at: int = AT, **fields: object) -> bytes:
    """An event callback."""
    known = {
        "EventType": kind,
        "Sid": f"EV-{kind}-{at}",
        "TimestampMs": at,
        "TaskSid": "WT1",
        "TaskQueueSid": "WQ1",
        "TaskQueueName": "sales",
        "TaskDateCreated": SECOND,
        "TaskQueueEnteredDate": SECOND,
        "WorkerName": "ann",
    }
    return urlencode({**known, **fields}).encode()


def one(kind: str, at: int = AT, /, **fields: object) -> list[Body]:
    return facts(told(VENDOR, form(kind, at, **fields)))


def test_a_callback_a_stream_and_the_list_of_events_tell_the_same_once() -> None:
    callback = form("reservation.accepted", AT + 17_250, Sid="EV3")
    streamed = {
        "type": "com.twilio.taskrouter.reservation.accepted",
        "id": "EZ1",
        "time": "2026-11-02T09:00:17.250Z",
        "data": {
            "payload": {
                "sid": "EV3",
                "eventtype": "reservation.accepted",
                "timestamp": "2026-11-02T09:00:17.250Z",
                "task_sid": "WT1",
                "task_queue_sid": "WQ1",
                "task_queue_name": "sales",
                "task_date_created": "2026-11-02T09:00:00Z",
                "task_queue_entered_date": "2026-11-02T09:00:00Z",
                "worker_name": "ann",
            }
        },
    }
    listed = {
        "sid": "EV3",
        "event_type": "reservation.accepted",
        "event_date_ms": AT + 17_250,
        "event_data": {
            "task_sid": "WT1",
            "task_queue_sid": "WQ1",
            "task_queue_name": "sales",
            "task_date_created": str(SECOND),
            "task_queue_entered_date": str(SECOND),
            "worker_name": "ann",
        },
    }

    assert told(VENDOR, callback) == told(VENDOR, [streamed]) == told(VENDOR, listed)


def test_a_later_stay_has_a_visit_of_its_own_which_every_event_of_it_names() -> None:
    again = {"TaskQueueEnteredDate": SECOND + 60, "TaskQueueSid": "WQ2", "TaskQueueName": "more"}
    events = told(
        VENDOR,
        form("task-queue.entered"),
        form("task-queue.timeout", AT + 60_000),
        form("task-queue.entered", AT + 60_000, **again),
        form("reservation.accepted", AT + 75_000, **again),
        form("reservation.wrapup", AT + 95_000, **again),
        form("reservation.completed", AT + 99_000, **again),
    )

    first, second = visits(events).values()
    assert (first["outcome"], first["wait"], first["queue"]) == ("left", 60_000, "sales")
    assert (second["outcome"], second["wait"], second["queue"]) == ("answered", 15_000, "more")
    assert (second["talk"], second["wrap"]) == (20_000, 4_000)


def test_a_task_that_is_moved_waits_in_its_new_queue_only() -> None:
    again = {"TaskQueueEnteredDate": SECOND + 60, "TaskQueueSid": "WQ2", "TaskQueueName": "more"}
    events = told(
        VENDOR,
        form("task-queue.entered"),
        form("task-queue.moved", AT + 60_000),
        form("task-queue.entered", AT + 60_000, **again),
    )

    first, second = visits(events).values()
    assert (first["outcome"], first["wait"]) == ("left", 60_000)
    assert (second["outcome"], second["queue"]) == (None, "more")


@pytest.mark.parametrize("kind", ["task.deleted", "task.system-deleted"])
@pytest.mark.parametrize(
    ("status", "event"),
    [
        ("pending", {"type": "contact.left", "reason": "other"}),
        ("reserved", {"type": "contact.left", "reason": "other"}),
        ("assigned", {"type": "contact.ended"}),
    ],
)
def test_a_task_that_is_deleted_waits_and_goes_on_no_longer(
    kind: str, status: str, event: Body
) -> None:
    assert one(kind, TaskAssignmentStatus=status) == [{"at": AT, "contact": "WT1", **event}]


@pytest.mark.parametrize("status", ["wrapping", "completed", "canceled", ""])
def test_a_task_that_is_deleted_once_it_is_over_tells_nothing(status: str) -> None:
    assert one("task.deleted", TaskAssignmentStatus=status) == []


def test_a_cancelled_task_is_abandoned_unless_somebody_took_it() -> None:
    entered = form("task-queue.entered")
    canceled = form("task.canceled", AT + 42_000, TaskCanceledReason="hangup")
    accepted = form("reservation.accepted", AT + 5_000)

    assert visits(told(VENDOR, entered, canceled))["WT1", 1]["outcome"] == "abandoned"
    taken = visits(told(VENDOR, canceled, accepted, entered))["WT1", 1]
    assert (taken["outcome"], taken["wait"], taken["talk"]) == ("answered", 5_000, 37_000)


@pytest.mark.parametrize("reason", ["Task TTL Exceeded", "Task canceled on Workflow timeout"])
def test_a_task_that_twilio_cancelled_left_and_was_not_given_up(reason: str) -> None:
    left, ended = one("task.canceled", TaskCanceledReason=reason)

    assert (left["type"], left["reason"], ended["type"]) == (
        "contact.left",
        "timeout",
        "contact.ended",
    )


def test_where_agents_do_not_wrap_up_completing_is_the_end() -> None:
    completed = form("reservation.completed", WorkerActivityName="Available")
    wrapup = form("reservation.wrapup")

    def kinds(payload: bytes, **settings: str) -> list[str]:
        return [event["type"] for event in told(VENDOR, payload, **settings)]

    assert kinds(completed) == ["contact.wrapped", "agent.state"]
    assert kinds(completed, after_work="none") == ["contact.ended", "agent.state"]
    assert kinds(wrapup, after_work="none") == ["agent.state"]


@pytest.mark.parametrize("kind", ["reservation.rejected", "reservation.timeout"])
def test_a_reservation_that_its_worker_did_not_take_is_missed(kind: str) -> None:
    missed, state = one(kind, WorkerActivityName="Unavailable")

    assert missed == {
        "type": "agent.missed",
        "at": AT,
        "agent": "ann",
        "queue": "sales",
        "contact": "WT1",
    }
    assert (state["state"], state["reason"]) == ("break", "Unavailable")


@pytest.mark.parametrize(
    "kind", ["reservation.canceled", "reservation.rescinded", "reservation.failed"]
)
def test_a_reservation_that_was_taken_away_is_not_missed(kind: str) -> None:
    assert [event["type"] for event in one(kind, WorkerActivityName="Available")] == ["agent.state"]
    assert one(kind) == []


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("Available", "available", None),
        ("idle", "available", None),
        ("Offline", "offline", None),
        ("Break", "break", "Break"),
        ("Team meeting", "break", "Team meeting"),
        ("Lunch", "offline", None),
        ("Reserved", "ringing", None),
        ("Busy", "busy", None),
    ],
)
def test_an_activity_is_what_the_settings_say_else_a_break_with_its_name(
    name: str, state: str, reason: str | None
) -> None:
    """`Reserved` and `Busy` are the defaults where workers have one task at a time:
    https://www.twilio.com/docs/taskrouter/api/activity
    """
    (event,) = told(
        VENDOR,
        form("worker.activity.update", WorkerActivityName=name),
        activities={"LUNCH": "offline"},
    )

    assert (event["state"], event.get("reason")) == (state, reason)


def test_a_worker_is_there_from_being_made_to_being_deleted() -> None:
    """https://www.twilio.com/docs/taskrouter/api/event/reference names what these events carry."""
    made = form("worker.created", WorkerActivityName="Idle")
    gone = form("worker.deleted", AT + 60_000, WorkerActivityName="Idle")

    assert states(told(VENDOR, made, gone)) == [
        (AT, "ann", "available"),
        (AT + 60_000, "ann", "offline"),
    ]
    assert told(VENDOR, form("worker.created")) == []
    assert told(VENDOR, form("worker.deleted", WorkerName="")) == []


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("voice", None),
        ("chat", "chat"),
        ("sms", "social"),
        ("Email", "email"),
        ("default", "task"),
        ("invoices", "task"),
    ],
)
def test_a_channel_that_is_a_sites_own_is_a_task(name: str, channel: str | None) -> None:
    (event,) = one("task-queue.entered", TaskChannelUniqueName=name)

    assert event.get("channel") == channel


def test_queues_and_workers_are_named_by_the_settings_where_they_know_the_id() -> None:
    (answered, state) = told(
        VENDOR,
        form("reservation.accepted", WorkerSid="WK1"),
        queues={"WQ1": "refunds"},
        agents={"WK1": "ann.lee"},
    )

    assert (answered["queue"], answered["agent"], state["agent"]) == (
        "refunds",
        "ann.lee",
        "ann.lee",
    )


def test_a_transfer_that_came_about_names_whom_the_settings_know() -> None:
    (event,) = told(
        VENDOR, form("task.transfer-completed", TransferTo="WQ2"), queues={"WQ2": "refunds"}
    )

    assert (event["type"], event["to_queue"]) == ("contact.transferred", "refunds")
    assert told(VENDOR, form("task.transfer-initiated")) == []


def test_an_event_without_id_time_or_task_is_refused() -> None:
    assert refused(VENDOR, form("task-queue.entered", Sid="")) == (
        "the payload has no Sid or Timestamp of the event"
    )
    assert refused(VENDOR, form("task-queue.entered", TaskSid="")) == "the payload has no TaskSid"
    assert refused(VENDOR, b"\xff\xfe") == (
        "the payload has no EventType: it is neither a form nor JSON"
    )
    assert refused(VENDOR, {"hello": 1}) == "the payload has no EventType"
    for kind in ("reservation.accepted", "reservation.rejected"):
        assert refused(VENDOR, form(kind, WorkerName="")) == (
            "the payload has no WorkerName or WorkerSid"
        )
    assert refused(VENDOR, form("worker.activity.update")) == (
        "the payload has no WorkerName or WorkerActivityName"
    )
    unqueued = form("task-queue.entered", TaskQueueSid="", TaskQueueName="")
    assert refused(VENDOR, unqueued) == "the payload has no TaskQueueName or TaskQueueSid"


def test_ringing_is_a_state_where_somebody_is_named() -> None:
    assert [event["state"] for event in told(VENDOR, form("reservation.created"))] == ["ringing"]
    assert told(VENDOR, form("reservation.created", WorkerName="")) == []


def test_a_kind_that_nobody_knows_is_counted_and_a_silent_one_is_not() -> None:
    assert "  task.sings: 1 payload, first in payload 1" in ignored(
        VENDOR, {"EventType": "task.sings"}
    )
    assert ignored(VENDOR, {"EventType": "task.created"}) == []


@pytest.mark.parametrize("reason", ["redirected", "leave", "queue-full", "System-Error"])
def test_a_caller_who_went_elsewhere_did_not_give_up(reason: str) -> None:
    """Results of the verb `<Enqueue>`: www.twilio.com/docs/voice/twiml/enqueue."""
    over, _ = one("task.canceled", AT + 9_000, TaskCanceledReason=reason)

    assert (over["type"], over["reason"]) == ("contact.left", "other")


def test_an_event_without_sid_is_known_by_what_it_is_about() -> None:
    """The list of parameters of event callbacks names no `Sid`."""
    about = {"Sid": "", "ResourceSid": "WR1"}
    first = told(VENDOR, form("reservation.accepted", AT + 9_000, **about))
    again = told(VENDOR, form("reservation.accepted", AT + 9_000, **about))
    other = told(VENDOR, form("reservation.wrapup", AT + 9_000, **about))

    assert first == again
    assert {event["id"] for event in first}.isdisjoint(event["id"] for event in other)
    assert refused(VENDOR, form("reservation.accepted", Sid="")) == (
        "the payload has no Sid or Timestamp of the event"
    )


def test_a_stay_is_the_same_whether_its_stamps_have_fractions_of_seconds_or_not() -> None:
    whole = form("task-queue.entered", AT + 1_950, TaskQueueEnteredDate=SECOND + 1)
    streamed = {
        "type": "com.twilio.taskrouter.reservation.accepted",
        "time": "2026-11-02T09:00:17.250Z",
        "data": {
            "payload": {
                "sid": "EV3",
                "task_sid": "WT1",
                "task_queue_sid": "WQ1",
                "task_date_created": "2026-11-02T09:00:00.100Z",
                "task_queue_entered_date": "2026-11-02T09:00:01.950Z",
                "worker_name": "ann",
            }
        },
    }

    (visit,) = visits(told(VENDOR, whole, [streamed])).values()
    assert visit["outcome"] == "answered"


LISTED = {
    "sid": "EV3",
    "event_type": "reservation.accepted",
    "event_date_ms": AT + 17_250,
    "event_data": {"task_sid": "WT1", "task_queue_sid": "WQ1", "worker_name": "ann"},
}


def test_data_of_an_event_may_be_json_in_a_text() -> None:
    text = {**LISTED, "event_data": json.dumps(LISTED["event_data"])}

    assert told(VENDOR, text) == told(VENDOR, LISTED)
    assert (
        refused(VENDOR, {**LISTED, "event_data": "{"})
        == "the payload has no WorkerName or WorkerSid"
    )


def test_a_page_of_the_list_is_all_of_its_events() -> None:
    silent = {"sid": "EV4", "event_type": "activity.created"}
    page = {"events": [LISTED, silent], "meta": {"page": 0}}

    assert told(VENDOR, page) == told(VENDOR, LISTED)
    assert told(VENDOR, {"events": [], "meta": {}}) == []
    assert refused(VENDOR, {"events": ["no event"]}) == "the payload has no EventType"
