"""What Faust's own manual would have one write: a JSON record, an agent, a windowed table. A peer for benchmarks, nothing else.

python idiomatic_faust.py BOOTSTRAP PROGRESS_FILE DATA_FOLDER
"""

import sys
from pathlib import Path

import faust
from faust.types import StreamT

bootstrap, progress, folder = sys.argv[1], Path(sys.argv[2]), sys.argv[3]


class Event(faust.Record, serializer="json"):
    """The fields that are counted."""

    type: str
    at: int
    contact: str


app = faust.App(
    "idiomatic", broker=f"kafka://{bootstrap}", store="memory://", web_enabled=False, topic_partitions=12, datadir=folder,
    broker_session_timeout=300, broker_request_timeout=310,
)  # fmt: skip
topic = app.topic("contact-events", value_type=Event)
kinds = app.Table("kinds", default=int).tumbling(60.0, expires=3600.0)
counted = 0


@app.agent(topic)
async def count(stream: StreamT[Event]) -> None:
    """Count each kind of event in the minute it came."""
    global counted  # noqa: PLW0603  an agent is a function
    async for event in stream:
        kinds[event.type] += 1
        counted += 1
        if counted % 100 == 0:
            progress.write_text(str(counted), "utf-8")  # noqa: ASYNC240  some bytes


@app.task  # type: ignore[untyped-decorator]  # Faust's
async def ready() -> None:
    """Faust runs tasks when it has joined and recovered."""
    progress.write_text("0", "utf-8")  # noqa: ASYNC240  one byte


if __name__ == "__main__":
    faust.Worker(app, loglevel="WARN").execute_from_commandline()
