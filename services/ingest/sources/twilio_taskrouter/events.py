"""TaskRouter's events as canonical events, by whichever road they come.

    EventType=…&TaskSid=…                                 event callback, a form
    [{"type": …, "data": {"payload": {…}}}]               Event Streams, CloudEvents
    {"event_type": …, "event_data": {…}, "sid": …}        the workspace's list of events,
    {"events": [{…}], "meta": {…}}                        and a page of it

A stay in a queue is the task, the queue and the instant in which the task entered it: every event
of a task or reservation carries all three, so nothing needs to be remembered. Names of customers
and attributes are left aside.
"""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import parse_qsl

import msgspec

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import (
    Ignored,
    PayloadSource,
    Told,
    each,
    missing,
)
from floorpulse.ingest.sources.source import SourceRecord, SourceSettings
from floorpulse.ingest.sources.twilio_taskrouter import tasks, workers
from floorpulse.ingest.sources.twilio_taskrouter.notice import Notice, notice_of

Reader = Callable[[Notice, SourceSettings], Told]

PREFIX = "com.twilio.taskrouter."
MOST_PAIRS = 1_000

READERS: Mapping[str, Reader] = {
    "task-queue.entered": tasks.entered,
    "task-queue.timeout": tasks.timed_out,
    "task-queue.moved": tasks.moved,
    "task.canceled": tasks.canceled,
    "task.deleted": tasks.deleted,
    "task.system-deleted": tasks.deleted,
    "task.transfer-completed": tasks.transferred,
    "reservation.created": workers.reserved,
    "reservation.accepted": tasks.accepted,
    "reservation.wrapup": tasks.wrapping,
    "reservation.completed": tasks.completed,
    "reservation.rejected": workers.declined,
    "reservation.timeout": workers.declined,
    "reservation.canceled": workers.released,
    "reservation.rescinded": workers.released,
    "reservation.failed": workers.released,
    "worker.activity.update": workers.activity,
    "worker.created": workers.created,
    "worker.deleted": workers.deleted,
}
SILENT = frozenset(
    (
        "task.created",
        "task.updated",
        "task.wrapup",
        "task.completed",
        "task.transfer-initiated",
        "task.transfer-attempt-failed",
        "task.transfer-failed",
        "task.transfer-canceled",
        "task-queue.created",
        "task-queue.updated",
        "task-queue.deleted",
        "task-queue.expression.updated",
        "workflow.entered",
        "workflow.target-matched",
        "workflow.timeout",
        "workflow.skipped",
        "worker.attributes.update",
        "worker.capacity.update",
        "worker.channel.availability.update",
    )
)
"""Events of which there is none of ours: they tell nothing that is counted, or another tells it
better
"""


class TaskRouter(PayloadSource):
    """A `Source`: callbacks are forms, everything else is JSON."""

    def __init__(self, settings: SourceSettings) -> None:
        super().__init__(events, settings)

    def take(self, record: SourceRecord) -> Sequence[bytes] | Refusal:
        """See `Source.take`."""
        if record.content.lstrip()[:1] in {b"{", b"["}:
            return super().take(record)
        form = form_of(record.content)
        if form is None:
            return missing("EventType: it is neither a form nor JSON")
        return super().take(SourceRecord(record.place, msgspec.json.encode(form)))


def form_of(content: bytes) -> dict[str, str] | None:
    """The fields of a form; None where the body is none."""
    try:
        pairs = parse_qsl(content.decode(), keep_blank_values=True, max_num_fields=MOST_PAIRS)
    except ValueError:
        return None
    return dict(pairs) or None


def events(payload: Mapping[str, object], settings: SourceSettings) -> Told:
    """The events of one payload of any of these forms."""
    outer = Fields(payload)
    if isinstance(outer.raw("events"), list):
        return each(outer.parts("events"), lambda one: _notified(one, settings))
    return _notified(outer, settings)


def _notified(outer: Fields, settings: SourceSettings) -> Told:
    body = _inner(outer.part("data").raw("payload")) or _inner(outer.raw("eventData")) or outer
    kind = body.text("eventType") or outer.text("eventType") or outer.text("type")
    if kind is None:
        return missing("EventType")
    kind = kind.lower().removeprefix(PREFIX)
    reader = READERS.get(kind)
    if reader is None:
        return () if kind in SILENT else Ignored(kind)
    notice = notice_of(outer, body)
    return notice if isinstance(notice, Refusal) else reader(notice, settings)


def _inner(value: object) -> Fields:
    """The object of an event's data, also where it is JSON in a text."""
    if isinstance(value, str):
        try:
            return Fields(msgspec.json.decode(value))
        except (ValueError, RecursionError):
            return Fields(None)
    return Fields(value)
