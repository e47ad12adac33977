"""What Faust's own manual would have one write, to be killed: a JSON record, an agent, a windowed
table; at least once, as it comes.

python stock_faust_app.py BOOTSTRAP TABLE_FILE FOLDER
"""

import json
import sys
from pathlib import Path

import faust
from faust.types import StreamT

bootstrap = sys.argv[1]
shown = Path(sys.argv[2])
folder = sys.argv[3]


class Event(faust.Record, serializer="json"):
    """The fields that are counted."""

    type: str
    at: int
    tenant: str


app = faust.App(
    "stock",
    broker=f"kafka://{bootstrap}",
    store="memory://",
    web_enabled=False,
    topic_partitions=12,
    datadir=folder,
    broker_session_timeout=10.0,
    broker_request_timeout=40.0,
)
topic = app.topic("contact-events", value_type=Event)
windows = app.Table("kinds", default=int).tumbling(60.0, expires=10 * 365 * 86_400.0)
kinds = windows.relative_to(lambda event: event.value.at / 1000)  # type: ignore[attr-defined]  # Faust's stubs lack it


@app.agent(topic)
async def count(stream: StreamT[Event]) -> None:
    """Count each kind of event in the minute it happened."""
    async for event in stream:
        kinds[f"{event.tenant}|{event.type}"] += 1


@app.timer(interval=1.0)  # type: ignore[untyped-decorator]  # Faust's
async def show() -> None:
    """Write the whole table down, for whoever watches."""
    table = {
        f"{name}|{int(begin)}": number for (name, (begin, _)), number in kinds.table.data.items()
    }
    following = shown.with_suffix(".new")
    following.write_text(json.dumps(table), "utf-8")
    following.replace(shown)


if __name__ == "__main__":
    faust.Worker(app, loglevel="WARN").execute_from_commandline()
