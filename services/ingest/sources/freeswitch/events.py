"""FreeSWITCH's queues (mod_callcenter) as canonical events: events of its event socket, and call
records of mod_json_cdr.

A record is one event as a JSON object of its headers (`event json CUSTOM callcenter::info`), or one
call record, also as the form `cdr=…` that mod_json_cdr posts. The caller's channel is the contact,
the stay in the queue (CC-Member-UUID) the visit. Instants are Event-Date-Timestamp, microseconds;
the other stamps are whole seconds. Sources: FreeSWITCH's documentation and the module's behaviour.
"""

from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from urllib.parse import unquote

import msgspec

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.contracts.refusals import of_decoding
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.freeswitch.agents import IN_A_CALL, AgentsOfQueues
from floorpulse.ingest.sources.freeswitch.calls import CallersOfQueues
from floorpulse.ingest.sources.freeswitch.cdr import record_events
from floorpulse.ingest.sources.freeswitch.message import (
    MICROSECONDS,
    CallCenterEvent,
    EventBody,
)
from floorpulse.ingest.sources.payloads import NOT_AN_OBJECT, identity, missing
from floorpulse.ingest.sources.source import SourceRecord, SourceSettings
from floorpulse.ingest.sources.unknown_kinds import UnknownKinds

NO_STAMP = Refusal(Reason.INVALID_TIME, "the event has no Event-Date-Timestamp in microseconds")
FIELD = "cdr"
FORM = b"cdr="

OF_CALLERS = ("CC-Member-Session-UUID", "CC-Member-UUID")
NEEDS: Mapping[str, tuple[str, ...]] = {
    "member-queue-start": (*OF_CALLERS, "CC-Queue"),
    "member-queue-resume": (*OF_CALLERS, "CC-Queue"),
    "member-queue-end": OF_CALLERS,
    "agent-offering": (*OF_CALLERS, "CC-Agent"),
    "bridge-agent-start": (*OF_CALLERS, "CC-Agent"),
    "bridge-agent-end": (*OF_CALLERS, "CC-Agent"),
    "bridge-agent-fail": (*OF_CALLERS, "CC-Agent"),
    "agent-status-change": ("CC-Agent",),
    "agent-state-change": ("CC-Agent",),
}
"""The actions that say something, and the fields that they need for it"""
SILENT = frozenset(
    ("members-count", "agent-status-get", "agent-state-get", "agent-add", "agent-delete")
)
HEARTBEAT = "HEARTBEAT"
HOLDS = {"CHANNEL_HOLD": True, "CHANNEL_UNHOLD": False}


class CallCenterEvents:
    """A `Source`: translates what one FreeSWITCH tells, in its order.

    It remembers who waits and who talks, so one of it serves one FreeSWITCH as long as the program
    runs. `unknown` counts the actions that it does not know.
    """

    def __init__(self, settings: SourceSettings) -> None:
        self.unknown = UnknownKinds("action", "record")
        self._settings = settings
        self._callers = CallersOfQueues()
        self._agents = AgentsOfQueues(settings)

    def take(self, record: SourceRecord) -> Sequence[bytes] | Refusal:
        """See `Source.take`."""
        try:
            payload = _unwrapped(record.content)
        except (ValueError, RecursionError) as wrong:
            return of_decoding(wrong)
        if not isinstance(payload, dict):
            return NOT_AN_OBJECT
        fields = Fields(payload)
        told = (
            record_events(fields)
            if fields.part("variables")
            else self._told(fields, record.content, record.place)
        )
        return told if isinstance(told, Refusal) else [self._encoded(body) for body in told]

    def finish(self) -> Sequence[bytes]:
        """Nothing is held back: a bridge that was only tried is no answer."""
        return ()

    def _told(
        self, fields: Fields, content: bytes, place: int
    ) -> Iterable[EventBody] | Refusal:
        action = (fields.text("CC-Action") or "").lower()
        holds = HOLDS.get(fields.word("Event-Name"))
        if holds is None and action not in NEEDS:
            if action not in SILENT and fields.word("Event-Name") != HEARTBEAT:
                self.unknown.count(action or fields.word("Event-Name") or "none", place)
            return ()
        at = _instant(fields)
        if at is None:
            return NO_STAMP
        event = CallCenterEvent(at, _name(fields, content), fields)
        if holds is not None:
            return self._callers.held(event, holds=holds)
        lacks = next((name for name in NEEDS[action] if not event.text(name)), None)
        return self._said(event) if lacks is None else missing(lacks)

    def _said(self, event: CallCenterEvent) -> Iterable[EventBody]:
        match event.action:
            case "member-queue-start" | "member-queue-resume":
                yield from self._callers.entered(event)
            case "member-queue-end":
                yield from self._callers.left(event)
            case "agent-offering":
                self._callers.rings(event)
            case "bridge-agent-start":
                self._callers.tries(event)
            case "bridge-agent-end":
                yield from self._callers.parted(event)
            case "bridge-agent-fail":
                yield from self._callers.failed(event)
            case _:
                if event.text("CC-Agent-State").lower() == IN_A_CALL:
                    yield from self._callers.joined(event.agent)
                yield from self._agents.changed(event)

    def _encoded(self, body: EventBody) -> bytes:
        for name, named in (
            ("queue", self._settings.queue),
            ("to_queue", self._settings.queue),
            ("agent", self._settings.agent),
        ):
            if name in body:
                body[name] = named(str(body[name]))
        return msgspec.json.encode({"source": self._settings.name, **body})


def _unwrapped(content: bytes) -> object:
    """The JSON of a record: as it is, or out of the form that mod_json_cdr posts, there perhaps in
    base64. Raises ValueError and RecursionError where it is none.
    """
    if content.startswith(FORM):
        return _inner(unquote(content.removeprefix(FORM).decode(errors="replace")))
    payload = msgspec.json.decode(content)
    wrapped = payload.get(FIELD) if isinstance(payload, dict) else None
    return _inner(wrapped) if isinstance(wrapped, str) else payload


def _inner(text: str) -> object:
    return msgspec.json.decode(text if text.lstrip().startswith("{") else b64decode(text.encode()))


def _instant(fields: Fields) -> int | None:
    number = fields.number("Event-Date-Timestamp")
    return None if number is None else Fields({"at": number / MICROSECONDS}).milliseconds("at")


def _name(fields: Fields, content: bytes) -> str:
    """The event's own id: FreeSWITCH numbers them from each start on."""
    core = fields.text("Core-UUID")
    number = fields.text("Event-Sequence")
    if core and number:
        return identity(core, number)
    return blake2b(content, digest_size=12).hexdigest()
