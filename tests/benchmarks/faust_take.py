"""The quickest that stock Faust can do: raw bytes, taken by the thousand, decoded by msgspec, one
table write a pane and take.

It counts what `faust_idiomatic` counts, in a table keyed by the minute itself.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import faust
import msgspec
from faust.types import StreamT

from floorpulse.contracts.topics import CONTACT_EVENTS
from tests.benchmarks.faust_peer import offered, peer, report
from tests.benchmarks.oracle import Pane
from tests.benchmarks.workload import MINUTE

MOST = 1_000
WITHIN = 0.5


class Event(msgspec.Struct, gc=False):
    """The fields that are counted."""

    type: str
    at: int
    tenant: str
    queue: str = ""


app, progress = peer(stream_buffer_maxsize=16_384)
topic = app.topic(CONTACT_EVENTS.name, value_type=bytes, value_serializer="raw")
kinds = app.Table(
    "kinds", default=int, use_partitioner=True
)  # in a take there is no current event to tell the partition
decode = msgspec.json.Decoder(Event).decode


@app.agent(topic)
async def count(stream: StreamT[bytes]) -> None:
    """Count each kind of event of a queue in the minute it happened."""
    async for values in stream.take(MOST, within=WITHIN):
        for name, number in Counter(names(values)).items():
            kinds[name] += number


def names(values: Sequence[bytes]) -> Iterator[str]:
    """Key of each event in the table."""
    for value in values:
        try:
            event = decode(value)
        except msgspec.DecodeError:
            continue
        yield f"{event.tenant}|{event.queue}|{event.at - event.at % MINUTE}|{event.type}"


def offers() -> Iterator[tuple[Pane, int]]:
    """What was offered, by pane."""
    for name, number in kinds.data.items():
        tenant, queue, begin, kind = name.split("|")
        if kind == "contact.offered":
            yield (tenant, queue, int(begin)), number


report(app, progress, lambda: offered(offers()))

if __name__ == "__main__":
    faust.Worker(app, loglevel="WARN").execute_from_commandline()
