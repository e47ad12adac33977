"""One event of mod_callcenter, read."""

from dataclasses import dataclass

from floorpulse.ingest.sources.callers import customer_of
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import hashed_visit

EventBody = dict[str, object]
"""A canonical event without `source`"""

LONGEST = 128
MICROSECONDS = 1000


@dataclass(frozen=True)
class CallCenterEvent:
    """What happened at `at` (epoch milliseconds); `name` is the event's own id."""

    at: int
    name: str
    fields: Fields

    def text(self, *names: str) -> str:
        """The first of these fields that says something, cut to the length of a name; else
        empty.
        """
        return (self.fields.text(*names) or "")[:LONGEST]

    @property
    def action(self) -> str:
        """What happened."""
        return self.text("CC-Action").lower()

    @property
    def agent(self) -> str:
        """The agent, as `name@domain`."""
        return self.text("CC-Agent")

    @property
    def queue(self) -> str:
        """The queue, as `name@domain`."""
        return self.text("CC-Queue")

    @property
    def contact(self) -> str:
        """The caller's channel."""
        return self.text("CC-Member-Session-UUID")

    @property
    def customer(self) -> str | None:
        """The caller's number, where there is one."""
        return customer_of(self.text("CC-Member-CID-Number"))

    @property
    def stay(self) -> str:
        """The stay in the queue."""
        return self.text("CC-Member-UUID")

    def event(self, kind: str, at: int | None = None, **said: object) -> EventBody:
        """An event of this stay."""
        known = {name: value for name, value in said.items() if value is not None}
        return {
            "type": f"contact.{kind}",
            "id": self.name,
            "at": self.at if at is None else at,
            "contact": self.contact,
            "visit": hashed_visit(self.stay),
            **known,
        }
