"""Platforms whose payloads say everything by themselves: a pure function of one payload makes a
`Source`.

    payload ─► adapter ─► bodies of events     {"type": …, "id": …, "at": …, "contact": …}
                     ├──► Ignored              a kind that means nothing here; counted by its name
                     └──► Refusal              no payload of this platform; kept as a dead letter
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b

import msgspec

from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.contracts.refusals import of_decoding, shortened
from floorpulse.contracts.refused_records import REFUSED_RECORD
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.source import SourceFactory, SourceRecord, SourceSettings
from floorpulse.ingest.sources.unknown_kinds import UnknownKinds

LONGEST_ID = 128
FURTHER_VISITS = 32_767
NOT_AN_OBJECT = Refusal(Reason.MALFORMED, "a payload is one JSON object, and this is none")

UNFORESEEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What adapters raise over a payload of a shape that nobody foresaw"""

EventBody = Mapping[str, object]
"""An event without its `source`; fields that are None are left out"""


@dataclass(frozen=True)
class Ignored:
    """A payload of a kind that tells nothing that is counted here; `kind` is the platform's word
    for it.
    """

    kind: str


Told = Sequence[EventBody] | Ignored | Refusal
Adapter = Callable[[Mapping[str, object], SourceSettings], Told]
"""Translates one payload. No state, no clock; instants come from the payload"""


class PayloadSource:
    """A `Source` over an adapter."""

    def __init__(self, adapter: Adapter, settings: SourceSettings) -> None:
        self.unknown = UnknownKinds("event", "payload")
        self._adapter = adapter
        self._settings = settings

    def take(self, record: SourceRecord) -> Sequence[bytes] | Refusal:
        """See `Source.take`; an array of payloads is all of them, refused where one of them is."""
        try:
            payload = _decode(record.content)
        except (ValueError, RecursionError) as wrong:
            return of_decoding(wrong)
        payloads = payload if isinstance(payload, list) else [payload]
        events: list[bytes] = []
        for one in payloads:
            told = self._told(one, record.place)
            if isinstance(told, Refusal):
                return told
            events += told
        return events

    def finish(self) -> Sequence[bytes]:
        """Nothing is held back."""
        return ()

    def _told(self, payload: object, place: int) -> Sequence[bytes] | Refusal:
        if not isinstance(payload, dict):
            return NOT_AN_OBJECT
        try:
            told = self._adapter(payload, self._settings)
            if isinstance(told, Refusal):
                return told
            if isinstance(told, Ignored):
                self.unknown.count(told.kind, place)
                return ()
            return [self._event(body) for body in told]
        except UNFORESEEN as wrong:
            return _unforeseen(wrong)

    def _event(self, body: EventBody) -> bytes:
        said = {name: value for name, value in body.items() if value is not None}
        return _encode({"source": self._settings.name, **said})


def each(items: Iterable[Fields], read: Callable[[Fields], Told]) -> list[EventBody]:
    """The events of a page's items. One that is refused says so by itself, as `SourceStream` says
    it of a record, and the others count.
    """
    told: list[EventBody] = []
    for item in items:
        try:
            of_item = read(item)
        except UNFORESEEN as wrong:
            of_item = _unforeseen(wrong)
        if isinstance(of_item, Refusal):
            told.append(_refused(of_item, item))
        elif not isinstance(of_item, Ignored):
            told += of_item
    return told


def _refused(refusal: Refusal, item: Fields) -> EventBody:
    record = _encode(item.value).decode()
    said = {"reason": refusal.reason.value, "detail": refusal.detail, "record": record}
    return {"type": REFUSED_RECORD, **said}


def payload_source(adapter: Adapter) -> SourceFactory:
    """What opens a source over an adapter."""
    return partial(PayloadSource, adapter)


def visit_of(contact: str, leg: str) -> int | None:
    """The visit of a leg (a call, a stay) of a contact: the first, which needs no number, where
    the leg has the contact's own id, else a number of its own, always the same.
    """
    return None if leg == contact else hashed_visit(leg)


def hashed_visit(leg: str) -> int:
    """A visit number that only depends on the leg's name; two legs of a contact share one once in
    32,767.
    """
    digest = blake2b(leg.encode(errors="replace"), digest_size=8).digest()
    return 1 + int.from_bytes(digest, "big") % FURTHER_VISITS


def identity(*words: str) -> str:
    """An event's id out of the platform's own ids and a word; what is too long is hashed."""
    whole = ":".join(words)
    if len(whole) <= LONGEST_ID:
        return whole
    return blake2b(whole.encode(errors="replace"), digest_size=24).hexdigest()


def missing(what: str) -> Refusal:
    """The refusal of a payload that lacks what each of its kind has."""
    return Refusal(Reason.MISSING_FIELD, f"the payload has no {what}")


def _unforeseen(wrong: Exception) -> Refusal:
    """What an adapter did not foresee must not stop the stream, nor vanish."""
    detail = f"the payload has a shape nobody foresaw ({type(wrong).__name__}: {wrong})"
    return Refusal(Reason.MALFORMED, shortened(detail))


_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
