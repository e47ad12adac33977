"""Events of Asterisk's manager interface as canonical events.

    QueueCallerJoin ─► offered            AgentCalled ─► ringing
    AgentConnect ─► answered, busy        AgentRingNoAnswer ─► missed
    AgentComplete ─► ended (transferred), available     Hold, Unhold ─► held, resumed
    QueueCallerAbandon, QueueCallerLeave, QUEUESTATUS, Hangup ─► abandoned, left: see `stays`
    QueueMember… ─► agent.state           QueueStatus ─► who waits and who serves, after a gap

A record is one event as a JSON object of its lines (`{"Event": "QueueCallerJoin", …}`). Events need
their `Timestamp` (`timestampevents = yes` in manager.conf): one that comes late would else be told
at the wrong instant. The spans in whole seconds (HoldTime, TalkTime) are left out where both stamps
are known. Sources: Asterisk's documentation of AMI events, and what an Asterisk 22 sent.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b

import msgspec

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.contracts.refusals import of_decoding
from floorpulse.ingest.sources.asterisk.names import contact_of
from floorpulse.ingest.sources.asterisk_ami.members import QueueMembers, QueueTelephone
from floorpulse.ingest.sources.asterisk_ami.message import AmiEvent, EventBody
from floorpulse.ingest.sources.asterisk_ami.stays import QueueStays
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import NOT_AN_OBJECT, identity
from floorpulse.ingest.sources.source import SourceRecord, SourceSettings
from floorpulse.ingest.sources.unknown_kinds import UnknownKinds

NO_EVENT = Refusal(Reason.MISSING_FIELD, "an event of the manager interface has `Event`")
NO_STAMP = Refusal(
    Reason.INVALID_TIME, "the event has no Timestamp: set `timestampevents = yes` in manager.conf"
)
REPEATS = 10_000
"""Events that are remembered, so that the same one counts once"""

OF_MEMBERS = ("QueueMemberAdded", "QueueMemberPause", "QueueMemberStatus")
NEEDS: Mapping[str, tuple[str, ...]] = {
    "QueueCallerJoin": ("Uniqueid", "Queue"),
    "QueueCallerLeave": ("Uniqueid", "Queue"),
    "QueueCallerAbandon": ("Uniqueid", "Queue"),
    "QueueEntry": ("Uniqueid", "Queue"),
    "AgentCalled": ("Uniqueid", "MemberName"),
    "AgentRingNoAnswer": ("Queue", "MemberName"),
    "AgentConnect": ("Uniqueid", "Queue", "MemberName"),
    "AgentComplete": ("Queue", "MemberName"),
    "AgentDump": ("MemberName",),
    "QueueMember": ("Queue", "MemberName"),
    "QueueMemberRemoved": ("Queue", "MemberName"),
    **dict.fromkeys(OF_MEMBERS, ("Queue", "MemberName")),
}
"""The fields without which an event says nothing"""
SILENT = frozenset(
    (
        *("BridgeCreate", "BridgeDestroy", "BridgeEnter", "BridgeLeave", "BridgeMerge"),
        *("Cdr", "CEL", "ContactStatus", "DeviceStateChange", "DialBegin", "DialEnd"),
        *("DialState", "DTMFBegin", "DTMFEnd", "ExtensionStatus", "FullyBooted"),
        *("HangupHandlerPush", "HangupHandlerRun", "HangupRequest", "LocalBridge"),
        *("LocalOptimizationEnd", "MusicOnHoldStart", "MusicOnHoldStop", "NewAccountCode"),
        *("NewCallerid", "Newchannel", "NewConnectedLine", "Newstate", "PeerStatus", "Pong"),
        *("QueueMemberPenalty", "QueueMemberRinginuse", "Registry", "Reload", "Rename"),
        *("RTCPReceived", "RTCPSent", "SoftHangupRequest"),
    )
)
"""Events of which there is none of ours"""

Says = Callable[[AmiEvent], Iterable[EventBody]]


class ManagerEvents:
    """A `Source`: translates what one manager connection sends, in its order.

    It remembers calls and members, so one of it serves one Asterisk as long as the program runs,
    over all connections. `unknown` counts the kinds of events that it does not know.
    """

    def __init__(self, settings: SourceSettings) -> None:
        self.unknown = UnknownKinds("event", "record")
        self._settings = settings
        self._stays = QueueStays()
        self._members = QueueMembers()
        self._list: _List | None = None
        self._heard: dict[bytes, None] = {}
        self._says: dict[str, Says] = {
            "QueueCallerJoin": self._quietly(self._stays.joined),
            "QueueCallerLeave": self._stays.left,
            "QueueCallerAbandon": self._quietly(self._stays.gave_up),
            "VarSet": self._quietly(self._stays.status),
            "Hangup": self._quietly(self._stays.hung_up),
            "AgentCalled": self._members.rung,
            "AgentRingNoAnswer": self._missed,
            "AgentConnect": self._connected,
            "AgentComplete": self._completed,
            "AgentDump": self._members.rings_no_longer,
            "Hold": self._stays.held,
            "Unhold": self._stays.held,
            "QueueMemberRemoved": self._members.removed,
            **dict.fromkeys(OF_MEMBERS, self._members.serves),
            "AttendedTransfer": self._silently(self._stays.transferred),
            "BlindTransfer": self._silently(self._stays.transferred),
            "LocalOptimizationBegin": self._silently(self._stays.optimised),
            "Newexten": self._silently(self._stays.dialled),
            "QueueParams": self._silently(self._listed),
            "QueueMember": self._listed_member,
            "QueueEntry": self._listed_caller,
            "QueueStatusComplete": self._list_ends,
        }

    def take(self, record: SourceRecord) -> Sequence[bytes] | Refusal:
        """See `Source.take`."""
        try:
            payload = msgspec.json.decode(record.content)
        except (ValueError, RecursionError) as wrong:
            return of_decoding(wrong)
        if not isinstance(payload, dict):
            return NOT_AN_OBJECT
        fields = Fields(payload)
        word = fields.text("Event")
        if word is None:
            return NO_EVENT
        return self._take(word, fields, record)

    def finish(self) -> Sequence[bytes]:
        """Nothing is held back: who left without a word may still hang up."""
        return ()

    def _take(self, word: str, fields: Fields, record: SourceRecord) -> Sequence[bytes] | Refusal:
        says = self._says.get(word)
        if says is None and word not in SILENT:
            self.unknown.count(word, record.place)
        at = fields.seconds("Timestamp")
        if at is None:
            return () if says is None else NO_STAMP
        if says is not None and self._is_repeated(record.content):
            return ()
        event = AmiEvent(word, at, fields)
        if says is not None and (lacks := _lacking(event)):
            return Refusal(Reason.MISSING_FIELD, f"{word} has no {lacks}")
        if event.queue:
            self._stays.names(event.queue)
        told: list[EventBody] = []
        for caller, body in self._stays.passed(at):
            told += [body, *self._members.all_quiet(caller, at)]
        if says is not None:
            told += says(event)
        return [self._encoded(body) for body in told]

    def _is_repeated(self, content: bytes) -> bool:
        digest = blake2b(content.strip(), digest_size=12).digest()
        if digest in self._heard:
            return True
        self._heard[digest] = None
        if len(self._heard) > REPEATS:
            del self._heard[next(iter(self._heard))]
        return False

    def _encoded(self, body: EventBody) -> bytes:
        if "contact" in body:
            body["contact"] = contact_of(str(body["contact"]), self._settings.name)
        if "queue" in body:
            body["queue"] = self._settings.queue(str(body["queue"]))
        if "agent" in body:
            body["agent"] = self._settings.agent(str(body["agent"]))
        if isinstance(queues := body.get("queues"), list):
            body["queues"] = [self._settings.queue(queue) for queue in queues]
        words = (body.get(name) for name in ("at", "type", "contact", "visit", "agent"))
        name = identity(*(str(word) for word in words if word is not None))
        return msgspec.json.encode({"id": name, "source": self._settings.name, **body})

    # ------------------------------------------------------------ events of calls and agents

    def _missed(self, event: AmiEvent) -> Iterable[EventBody]:
        """A telephone that is in use is `rung` for 0 ms; that is nobody's missed call."""
        rang = event.fields.span("RingTime")
        stay = self._stays.waiting(event.channel())
        about = {} if stay is None else stay.name
        if rang:
            yield {
                "type": "agent.missed",
                "at": event.at,
                "agent": event.member,
                "queue": event.queue,
                **about,
                "ring_ms": rang,
            }
        yield from self._members.rings_no_longer(event)

    def _connected(self, event: AmiEvent) -> Iterable[EventBody]:
        yield from self._stays.connected(event)
        yield from self._members.talks(event.member, self._stays.talks(event.member), event.at)
        yield from self._members.all_quiet(event.channel(), event.at)

    def _completed(self, event: AmiEvent) -> Iterable[EventBody]:
        yield from self._stays.completed(event)
        yield from self._members.talks(event.member, self._stays.talks(event.member), event.at)

    def _quietly(self, says: Says) -> Says:
        """Where a caller comes or goes, no telephone rings for them."""

        def told(event: AmiEvent) -> Iterable[EventBody]:
            yield from says(event)
            yield from self._members.all_quiet(event.channel(), event.at)

        return told

    @staticmethod
    def _silently(note: Callable[[AmiEvent], object]) -> Says:
        def noted(event: AmiEvent) -> Iterable[EventBody]:
            note(event)
            return ()

        return noted

    # ------------------------------------------------------------ the list of all, after a gap

    def _listed(self, event: AmiEvent) -> "_List":
        self._list = self._list or _List(event.at)
        return self._list

    def _listed_member(self, event: AmiEvent) -> Iterable[EventBody]:
        self._listed(event).members.add((event.member, (event.queue, event.interface)))
        if not event.is_in_call:
            last = event.fields.seconds("LastCall")
            ended = list(self._stays.idle(event.queue, event.member, event.at, last))
            yield from ended
            if ended:
                left = self._stays.talks(event.member)
                yield from self._members.talks(event.member, left, event.at)
        yield from self._members.serves(event)

    def _listed_caller(self, event: AmiEvent) -> Iterable[EventBody]:
        self._listed(event).callers.add(event.channel())
        return self._stays.present(event)

    def _list_ends(self, event: AmiEvent) -> Iterable[EventBody]:
        ended = self._list or _List(event.at)
        self._list = None
        yield from self._stays.missed(ended.callers, ended.asked)
        yield from self._members.only(ended.members, ended.asked)


def _lacking(event: AmiEvent) -> str | None:
    """The first field that the event needs and has not."""
    for name in NEEDS.get(event.word, ()):
        if not (event.member if name == "MemberName" else event.text(name)):
            return name
    return None


class _List:
    """What the answer to `QueueStatus` named so far; `asked` is when, epoch milliseconds."""

    def __init__(self, asked: int) -> None:
        self.asked = asked
        self.callers: set[str] = set()
        self.members: set[tuple[str, QueueTelephone]] = set()
