"""A stream of records through its source: events, refusals with their place, notes at the end."""

from collections.abc import Sequence
from dataclasses import dataclass

from floorpulse.contracts.letters import Refusal
from floorpulse.contracts.refused_records import RefusedRecord, encode_refused
from floorpulse.ingest.sources.source import Source, SourceRecord

REFUSALS_TOLD = 5


@dataclass(frozen=True)
class RefusedPlace:
    """Where a record stands that its source refused, and why."""

    place: int
    refusal: Refusal


class SourceStream:
    """Drives one source over one stream; keeps the first few refusals and counts all of them.

    `name` is who the source speaks for.
    """

    def __init__(self, source: Source, name: str) -> None:
        self._source = source
        self._name = name
        self.refused = 0
        self.first_refused: list[RefusedPlace] = []

    def events(self, place: int, content: bytes) -> Sequence[bytes]:
        """The events of the record at `place`; of one that the source refuses, what says so: the
        server keeps it as a dead letter with the source's reason.
        """
        record = SourceRecord(place, content)
        told = self._source.take(record)
        if not isinstance(told, Refusal):
            return told
        self._count(RefusedPlace(place, told))
        text = content.decode(errors="replace")
        return [encode_refused(RefusedRecord(self._name, told.reason, told.detail, text))]

    def hear(self, content: bytes) -> None:
        """Take in a record that lies before the stream, so that what follows is understood: it is
        told by others, and counts nowhere.
        """
        self._source.take(SourceRecord(0, content))
        self._source.unknown.forget()

    def rest(self) -> Sequence[bytes]:
        """The events that the source held back until the end of the stream."""
        return self._source.finish()

    def notes(self) -> list[str]:
        """What the source could not read, and what it did not know, as lines of a summary."""
        notes = [f"refused by the source, and sent as dead letters: {self.refused:,}"]
        notes += [
            f"  {one.place:,}: {one.refusal.reason}, {one.refusal.detail}"
            for one in self.first_refused
        ]
        return [*(notes if self.refused else ()), *self._source.unknown.notes()]

    def _count(self, refused: RefusedPlace) -> None:
        self.refused += 1
        if len(self.first_refused) < REFUSALS_TOLD:
            self.first_refused.append(refused)
