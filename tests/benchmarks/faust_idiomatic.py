"""What Faust's own manual would have one write: a JSON record, an agent, a windowed table.

It counts every event in the minute in which it happened, by what the event itself says: without a
join of the events of a contact only the offered ones can stand in the right pane. The windows never
expire: Faust expires them by the wall clock, and the log is old.
"""

from collections.abc import Iterator

import faust
from faust.types import StreamT

from floorpulse.contracts.topics import CONTACT_EVENTS
from tests.benchmarks.faust_peer import offered, peer, report
from tests.benchmarks.oracle import Pane


class Event(faust.Record, serializer="json"):
    """The fields that are counted."""

    type: str
    at: int
    tenant: str
    queue: str = ""


app, progress = peer()
topic = app.topic(CONTACT_EVENTS.name, value_type=Event)
windows = app.Table("kinds", default=int).tumbling(60.0)
kinds = windows.relative_to(lambda event: event.value.at / 1000)  # type: ignore[attr-defined]  # Faust's protocol forgets it


@app.agent(topic)
async def count(stream: StreamT[Event]) -> None:
    """Count each kind of event of a queue in the minute it happened."""
    async for event in stream:
        kinds[f"{event.tenant}|{event.queue}|{event.type}"] += 1


def offers() -> Iterator[tuple[Pane, int]]:
    """What was offered, by pane."""
    for (name, (begin, _)), number in kinds.table.data.items():
        tenant, queue, kind = name.split("|")
        if kind == "contact.offered":
            yield (tenant, queue, int(begin * 1000)), number


report(app, progress, lambda: offered(offers()))

if __name__ == "__main__":
    faust.Worker(app, loglevel="WARN").execute_from_commandline()
