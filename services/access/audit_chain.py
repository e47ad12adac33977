"""The audit log as a chain: what an entry says, how its hash binds it to the one before, and what
is wrong with a chain that somebody touched. Pure.

    number      1              2              3
    previous    00…00 ◄──┐     a1…  ◄──┐      b2…         head: 3, c3…
    hash        a1… ─────┘     b2… ────┘      c3… ───────────────┘
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import msgspec

UNREADABLE = "\ufffd"
"""What stands for a character that cannot be kept"""
NOTHING_BEFORE = bytes(32)
"""What the first entry follows"""


class Action(StrEnum):
    """What was done."""

    DEFINITIONS_LOADED = "definitions_loaded"
    KEY_CREATED = "key_created"
    KEY_REVOKED = "key_revoked"
    INCIDENT_ACTED = "incident_acted"
    SILENCE_ADDED = "silence_added"
    SILENCE_ENDED = "silence_ended"
    AGENTS_READ = "agents_read"
    SETTLEMENT_DRAFTED = "settlement_drafted"
    SETTLEMENT_ISSUED = "settlement_issued"
    SETTLEMENT_DISPUTED = "settlement_disputed"
    SETTLEMENT_AGREED = "settlement_agreed"
    CREDIT_NOTE_ISSUED = "credit_note_issued"


@dataclass(frozen=True)
class AuditEntry:
    """Somebody did something: `at` in epoch milliseconds; `actor` is the id of an API key, `cli:`
    and a user of the machine, or a receiver; `subject` names the thing, such as `incident/4711`;
    `details` are JSON.
    """

    tenant: str
    at: int
    actor: str
    action: Action
    subject: str
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def canonical(self) -> str:
        """The entry as it is hashed and stored: JSON with sorted keys, without the character
        nought, which PostgreSQL does not read.
        """
        told = {
            "action": self.action.value,
            "actor": self.actor,
            "at": self.at,
            "details": dict(self.details),
            "subject": self.subject,
        }
        text = msgspec.json.encode(told, order="sorted").decode()
        return text.replace("\\u0000", UNREADABLE)


@dataclass(frozen=True)
class Link:
    """An entry as it is stored: its place in the chain, and what of it stands in columns."""

    tenant: str
    number: int
    entry: str
    previous: bytes
    hash: bytes
    at: int
    actor: str
    action: str

    @property
    def expected(self) -> bytes:
        """The hash that number, entry and what stands before them make."""
        return hash_of(self.previous, self.tenant, self.number, self.entry)


class Anchor(NamedTuple):
    """A place in a chain that is known from elsewhere: printed on a statement, kept by a client."""

    number: int
    hash: bytes

    def __str__(self) -> str:
        """Return it as it is printed: `17:3f…`."""
        return f"{self.number}:{self.hash.hex()}"


class Finding(NamedTuple):
    """Something is wrong with the entry of a number."""

    number: int
    why: str


def hash_of(previous: bytes, tenant: str, number: int, entry: str) -> bytes:
    """SHA-256 that binds an entry to the one before."""
    return hashlib.sha256(previous + f"{tenant}\n{number}\n{entry}".encode()).digest()


def anchor_of(text: str) -> Anchor:
    """An anchor as it was printed. ValueError where it is none."""
    number, _, digest = text.strip().partition(":")
    try:
        found = Anchor(int(number), bytes.fromhex(digest))
    except ValueError:
        found = Anchor(0, b"")
    if found.number < 0 or len(found.hash) != len(NOTHING_BEFORE):
        message = f"{text!r} is no anchor: write NUMBER:HASH as it was printed, 64 hex digits"
        raise ValueError(message)
    return found


class ChainCheck:
    """Looks along a chain from its first entry on and says what is wrong, in its order: entries
    that were changed, removed, inserted or moved; and places that are not as head or anchors know
    them.
    """

    def __init__(self, anchors: Iterable[Anchor] = ()) -> None:
        """`anchors` are places of this chain that are known from elsewhere."""
        self._anchors = {anchor.number: anchor for anchor in anchors if anchor.number}
        self.end = Anchor(0, NOTHING_BEFORE)

    def take(self, link: Link) -> Iterator[Finding]:
        """The next entry, by ascending number."""
        yield from _of_link(link, self.end)
        anchor = self._anchors.pop(link.number, None)
        if anchor is not None and anchor.hash != link.hash:
            yield Finding(link.number, "is not the entry that its anchor names: rewritten")
        self.end = Anchor(link.number, link.hash)

    def close(self, head: Anchor) -> Iterator[Finding]:
        """There are no more entries, and the log's head is this."""
        end = self.end
        if end.number < head.number:
            why = f"up to {head.number} are not there: the end was cut off"
            yield Finding(end.number + 1, why)
        elif end.number > head.number:
            yield Finding(head.number + 1, "stands behind the head of the log: it was inserted")
        elif end.hash != head.hash:
            yield Finding(end.number, "is not the entry that the head of the log names: changed")
        for anchor in self._anchors.values():
            yield Finding(anchor.number, "is named by an anchor, and is not there")


def _of_link(link: Link, before: Anchor) -> Iterator[Finding]:
    missing = range(before.number + 1, link.number)
    if missing:
        why = "is not there: removed"
        if len(missing) > 1:
            why = f"up to {missing[-1]} are not there: removed"
        yield Finding(missing[0], why)
    elif link.previous != before.hash:
        why = "does not follow the entry before: one of the two was replaced, inserted or moved"
        yield Finding(link.number, why)
    if link.hash != link.expected:
        yield Finding(link.number, "does not have the hash it was given: changed or moved")
    elif not _same_columns(link):
        yield Finding(link.number, "is shown under another time, actor or action than it says")


def _same_columns(link: Link) -> bool:
    told = msgspec.json.decode(link.entry)
    return (told["at"], told["actor"], told["action"]) == (link.at, link.actor, link.action)
