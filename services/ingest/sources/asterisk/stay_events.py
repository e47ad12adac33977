"""Events of stays in queues, as bodies without id and source."""

from collections.abc import Iterator
from typing import Any

from floorpulse.ingest.sources.asterisk.names import contact_of
from floorpulse.ingest.sources.asterisk.stays import QueueStay, number_of

EventBody = dict[str, Any]
"""A canonical event without id and source; without `at` it happened at the entry's instant"""


class StayEvents:
    """The events of one log's stays; `source` is who tells them, such as `asterisk:pbx1`."""

    def __init__(self, source: str) -> None:
        self._source = source

    def contact(self, call: str) -> str:
        """The contact that a call is."""
        return contact_of(call, self._source)

    def event(self, type_: str, stay: QueueStay, **said: object) -> EventBody:
        """An event of a stay, with what is known of it."""
        known = {name: value for name, value in said.items() if value is not None}
        return {
            "type": type_,
            "contact": self.contact(stay.call),
            "visit": stay.number,
            **known,
        }

    def retraction(self, call: str, number: int, reason: str) -> EventBody:
        """What takes back all that was told of a visit until then."""
        return {
            "type": "contact.retracted",
            "contact": self.contact(call),
            "visit": number,
            "what": "visit",
            "reason": reason,
        }

    def undone(self, call: str, queue: str, began: int) -> Iterator[EventBody]:
        """Take back what a line tells where it is read without the others of its stay."""
        yield self.retraction(call, number_of(queue, began), "told from a part of the log")
