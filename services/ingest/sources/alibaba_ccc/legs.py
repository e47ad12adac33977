"""Which visit an event of a call belongs to: the call in one skill group, whichever road tells.

A call that came back to a skill group has a visit for each of its stays there. Only its own record
can tell them apart.
"""

from dataclasses import dataclass

from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, hashed_visit, identity

INBOUND = "INBOUND"
CHANNELS = {"CHAT": "chat", "IM": "chat", "EMAIL": "email"}
"""Media types that are not `voice`, each with its channel"""

ENDS = {
    "ABANDONEDINQUEUE": "abandoned",
    "ABANDONEDINRING": "abandoned",
    "QUEUINGTIMEOUT": "timeout",
    "QUEUINGOVERFLOW": "overflow",
    "QUEUINGFAILED": "empty",
    "VOICEMAIL": "other",
    "FORWARDTOOUTSIDENUMBER": "other",
}
"""Dispositions of calls that no agent took: `abandoned`, or the reason with which they left"""
BEFORE_THE_QUEUE = frozenset(("ABANDONEDINIVR", "ABANDONEDINVOICENAVIGATOR", "IVREXCEPTION"))


@dataclass(frozen=True)
class Leg:
    """One call in one skill group; `words` are what ids are made of, `entered` the epoch
    milliseconds of one of several stays there.
    """

    contact: str
    group: str
    words: tuple[str, ...]
    entered: int | None = None

    @property
    def visit(self) -> int:
        """The visit that it is of the contact."""
        return hashed_visit(self.group if self.entered is None else f"{self.group}|{self.entered}")

    def told(self, type_: str, at: int, **fields: object) -> EventBody:
        """An event of this visit; `at` is epoch milliseconds."""
        known = {"type": type_, "id": identity(*self.words, type_.rpartition(".")[2]), "at": at}
        return {**known, "contact": self.contact, "visit": self.visit, **fields}


def end_of(word: str) -> str | None:
    """How a stay ended by a word in capitals; some words have two spellings."""
    return ENDS.get(word.replace("QUEUEING", "QUEUING"))


def over(leg: Leg, end: str, at: int, queue: str, wait: int | None) -> EventBody:
    """The event of a stay that no agent ended, by its word in `ENDS`."""
    if end == "abandoned":
        return leg.told("contact.abandoned", at, queue=queue, wait_ms=wait)
    return leg.told("contact.left", at, reason=end, wait_ms=wait)


def names(record: Fields, name: str) -> list[str]:
    """The ids in one comma-separated text, or in a list."""
    value = record.raw(name)
    if isinstance(value, list):
        return [one for one in value if isinstance(one, str) and one]
    return [one.strip() for one in (record.text(name) or "").split(",") if one.strip()]


def is_inbound(record: Fields, name: str) -> bool:
    """Whether a customer called: calls of agents, campaigns and between agents wait in no queue."""
    return record.word(name) in {"", INBOUND}
