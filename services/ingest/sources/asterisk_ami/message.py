"""One event of the manager interface, read: its names are taken without regard to case."""

from dataclasses import dataclass

from floorpulse.ingest.sources.callers import customer_of
from floorpulse.ingest.sources.fields import Fields

EventBody = dict[str, object]
"""A canonical event without `id` and `source`"""

LONGEST = 128
IN_USE = frozenset((2, 3, 7, 8))
"""States of a telephone with a call: in use, busy, ringing meanwhile, on hold"""
LONGEST_REASON = 256


@dataclass(frozen=True)
class AmiEvent:
    """What happened at `at` (epoch milliseconds)."""

    word: str
    at: int
    fields: Fields

    def text(self, *names: str) -> str:
        """The first of these fields that says something; empty where none does. Cut to the length
        of a name.
        """
        return (self.fields.text(*names) or "")[:LONGEST]

    def channel(self, name: str = "Uniqueid") -> str:
        """The unique id of a channel, in the field of that name."""
        return self.text(name)

    @property
    def queue(self) -> str:
        """The queue."""
        return self.text("Queue")

    @property
    def member(self) -> str:
        """The queue's member, by name; by interface where nobody gave it a name."""
        return self.text("MemberName", "Name", "Interface", "Location")

    @property
    def interface(self) -> str:
        """The telephone that the member is called on."""
        return self.text("Interface", "Location", "StateInterface")

    @property
    def is_in_call(self) -> bool:
        """Whether the member has a call of the queue; versions before 2016 do not say so, and say
        at least whether the telephone is in use.
        """
        said = self.fields.number("InCall")
        return said == 1 if said is not None else self.fields.number("Status") in IN_USE

    @property
    def customer(self) -> str | None:
        """The caller's number, where there is one."""
        return customer_of(self.text("CallerIDNum"))

    def seconds(self, name: str) -> int | None:
        """A span that is told in seconds, in milliseconds."""
        return self.fields.span(name, 1000)
