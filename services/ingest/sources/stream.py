"""A stream of records through its source: events, refusals with their place, notes at the end."""

from collections.abc import Sequence
from dataclasses import dataclass

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.source import Source, SourceRecord

REFUSALS_TOLD = 5


@dataclass(frozen=True)
class RefusedRecord:
    """A record that its source cannot read, and why."""

    record: SourceRecord
    refusal: Refusal


class SourceStream:
    """Drives one source over one stream; keeps the first few refusals and counts all of them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.refused = 0
        self.first_refused: list[RefusedRecord] = []

    def events(self, place: int, content: bytes) -> Sequence[bytes] | None:
        """The events of the record at `place`; None where the source refuses it.

        Whoever drives the stream sends a refused record as it is: the server keeps it as a dead
        letter.
        """
        record = SourceRecord(place, content)
        told = self._source.take(record)
        if isinstance(told, Refusal):
            self._refuse(RefusedRecord(record, told))
            return None
        return told

    def rest(self) -> Sequence[bytes]:
        """The events that the source held back until the end of the stream."""
        return self._source.finish()

    def notes(self) -> list[str]:
        """What the source could not read, and what it did not know, as lines of a summary."""
        notes = [f"sent as received, for the source cannot read them: {self.refused:,}"]
        notes += [
            f"  {one.record.place:,}: {one.refusal.reason}, {one.refusal.detail}"
            for one in self.first_refused
        ]
        return [*(notes if self.refused else ()), *self._source.unknown.notes()]

    def _refuse(self, refused: RefusedRecord) -> None:
        self.refused += 1
        if len(self.first_refused) < REFUSALS_TOLD:
            self.first_refused.append(refused)
