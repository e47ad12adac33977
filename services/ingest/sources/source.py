"""The protocol of a source: records of a platform in, canonical events out.

    record ─► take ─► events as JSON: the facts that it tells, perhaps none
                  └─► a refusal: no record of this platform
    end    ─► finish ─► events held back until the end

A source is the state of one stream: calls that may still enter a queue, agents that are logged in.
The same records in the same order give the same events with the same ids, so that a stream that is
sent again counts once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.unknown_kinds import UnknownKinds


@dataclass(frozen=True)
class SourceRecord:
    """One record as the platform wrote it: a line, a row or a payload.

    `place` is where it stands in its stream: the number of a line, an offset, a cursor. Records
    without an id of their own get their events' ids from it.
    """

    place: int
    content: bytes


class Source(Protocol):
    """Translates one stream, record by record; never raises, whatever a record holds."""

    @property
    def unknown(self) -> UnknownKinds:
        """The kinds of records that made no event because the source does not know them."""
        ...

    def take(self, record: SourceRecord) -> Sequence[bytes] | Refusal:
        """The record's events as JSON in the order of their facts; a refusal where it cannot be
        read.

        A record of a known kind without an event gives none, one of an unknown kind gives none and
        is counted in `unknown`. Instants come from the record, never from a clock.
        """
        ...

    def finish(self) -> Sequence[bytes]:
        """The events that were held back until the stream's end; called once, after the last
        record.
        """
        ...


SourceFactory = Callable[[str], Source]
"""Opens a source for a new stream; the text is the `source` of its events (`asterisk:pbx1`)"""
