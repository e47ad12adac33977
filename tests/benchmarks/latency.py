"""How long from an event into Kafka until the API's stream shows it counted, at a steady rate.

    a contact of a queue of its own ── sent ──► contact-events ──► engine ──► kpi-updates ──► board
    ──► GET /v1/stream
          every quarter of a second, between the events of the workload

Each marked contact is offered to a queue nobody else uses, so the first row of that queue is the
answer. Sent at a fifth of the rate that a worker sustained. A reader of `kpi-updates` beside the
API tells where on this way the time goes.
"""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import httpx
import msgspec
from aiokafka import AIOKafkaProducer

from floorpulse.board.adapters.updates import KafkaUpdates
from floorpulse.contracts.events import ContactOffered
from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.demo.embedded.child import free_port
from floorpulse.runtime.clock import monotonic, now_ms, steady_ms
from floorpulse.runtime.kafka import producer
from tests.benchmarks.machine import cores
from tests.benchmarks.programs import Floorpulse
from tests.benchmarks.rig import Rig
from tests.benchmarks.trial import READY_WITHIN, running, until
from tests.benchmarks.workload import Record, partition_of

TENANT = "stopwatch"
MARK_EVERY = 0.25
WARM_UP = 5.0
LAST_WITHIN = 60.0
PAUSE = 0.01
SCRAPE_EVERY = 1.0
"""Seconds between a page and the next, as a hurried Prometheus has it: more often, and the API does
little but pages, and what is timed is a queue behind them"""
WAITING = re.compile(
    rf'^contactcenter_contacts_waiting{{tenant="{TENANT}".*}} (\S+)$', re.MULTILINE
)
RESTING = """
import sys, time
while True:
    began = time.monotonic()
    time.sleep(float(sys.argv[1]))
    print((time.monotonic() - began) * 1000, flush=True)
"""


IN_KAFKA, COUNTED, TOLD, SHOWN, SCRAPED = LEGS = (
    "acknowledged by Kafka",
    "counted by the engine",
    "read from `kpi-updates`",
    "shown by the API",
    "on its page of metrics, by when the scrape began",
)
"""Where a mark passes, in this order."""


@dataclass
class Stopwatch:
    """When each mark was sent, and when it passed where, seconds of the monotonic clock, by its
    queue.
    """

    sent: dict[str, float] = field(default_factory=dict)
    passed: dict[str, dict[str, float]] = field(default_factory=lambda: {leg: {} for leg in LEGS})

    def note(self, leg: str, queue: str, at: float) -> None:
        """A mark passed; the first time counts."""
        if queue in self.sent:
            self.passed[leg].setdefault(queue, at)

    def spans(self, leg: str, since: float) -> list[float]:
        """Milliseconds of each mark sent after `since`; infinite where it did not pass."""
        passed = self.passed[leg]
        return sorted(
            (passed.get(queue, float("inf")) - at) * 1000
            for queue, at in self.sent.items()
            if at >= since
        )


@dataclass(frozen=True)
class Quantiles:
    """Nearest-rank quantiles in milliseconds."""

    p50: float
    p99: float


@dataclass(frozen=True)
class Latency:
    """From sending to each leg's end, what a pause of `PAUSE` took beside, the sample's size, and
    the rate, events a second.
    """

    legs: dict[str, Quantiles]
    pause: Quantiles
    marks: int
    rate: float

    @property
    def whole(self) -> Quantiles:
        """Event to API."""
        return self.legs[SHOWN]


def quantiles(spans: Sequence[float]) -> Quantiles:
    """Of a sorted sample."""
    return Quantiles(
        spans[(len(spans) - 1) // 2], spans[min(len(spans) - 1, int(len(spans) * 0.99))]
    )


async def latency(rig: Rig, records: Sequence[Record], rate: float, seconds: float) -> Latency:
    """Send `records` at `rate` a second for `seconds` and time the marks between."""
    await rig.renew()
    folder = Path(mkdtemp(prefix="latency-", dir=rig.folder))
    program = Floorpulse(rig, folder)
    watch = Stopwatch()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(running(program, folder / "engine.log"))
        await until(program.ready, READY_WITHIN)
        url = await stack.enter_async_context(api(rig, folder / "api.log"))
        await until(lambda: answers(url), READY_WITHIN)
        pauses: list[float] = []
        following = asyncio.gather(
            follow(url, watch), overhear(rig, watch), scrape(url, watch), rest(pauses)
        )
        began = monotonic()
        sent = await send(rig, records, rate, seconds, watch)
        with suppress(TimeoutError):  # what was not seen took for ever
            await until(lambda: _all_seen(watch, following), LAST_WITHIN)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    spans = {leg: watch.spans(leg, began + WARM_UP) for leg in LEGS}
    legs = {leg: quantiles(ordered) for leg, ordered in spans.items()}
    return Latency(legs, quantiles(sorted(pauses)), len(spans[SHOWN]), sent / seconds)


async def answers(url: str) -> bool:
    """Whether a service is ready."""
    async with httpx.AsyncClient() as client:
        try:
            return (await client.get(f"{url}/readyz")).is_success
        except httpx.TransportError:
            return False


async def _all_seen(
    watch: Stopwatch, following: asyncio.Future[tuple[None, None, None, None]]
) -> bool:
    if following.done():
        following.result()
    return all(watch.sent.keys() <= watch.passed[leg].keys() for leg in (SHOWN, SCRAPED))


@asynccontextmanager
async def api(rig: Rig, log: Path) -> AsyncIterator[str]:
    """`floorpulse api` on a free port, beside the servers; its address."""
    port = free_port()
    settings = {
        "FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS": rig.server.bootstrap,
        "FLOORPULSE_DATABASE__URL": rig.database,
        "FLOORPULSE_API__PORT": str(port),
        "FLOORPULSE_API__OPEN_TENANT": TENANT,
        "FLOORPULSE_API__METRICS_OPEN": "true",
    }
    environment = {**os.environ, **settings}  # noqa: TID251  PATH
    with log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "floorpulse.cli.app",
            "api",
            env=environment,
            stdout=said,
            stderr=said,
        )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        await process.wait()


async def follow(url: str, watch: Stopwatch) -> None:
    """Note when each queue is first seen on the stream. Raises httpx.HTTPError."""
    parameters = {"kpi": "offered", "window": "60m"}
    async with (
        httpx.AsyncClient(timeout=httpx.Timeout(10.0, read=None)) as client,
        client.stream("GET", f"{url}/v1/stream", params=parameters) as stream,
    ):
        stream.raise_for_status()
        async for line in stream.aiter_lines():
            if line.startswith("data:"):
                for row in json.loads(line.removeprefix("data:"))["rows"]:
                    watch.note(SHOWN, row["queue"], monotonic())


async def scrape(url: str, watch: Stopwatch) -> None:
    """Note when a scrape began on whose page so many contacts wait as were sent up to a mark: all
    of them wait, and most of their queues are folded there. Raises httpx.HTTPError.
    """
    plain = {"Accept-Encoding": "identity"}
    async with httpx.AsyncClient(timeout=30.0, headers=plain) as client:
        while True:
            at = monotonic()
            page = (await client.get(f"{url}/metrics")).raise_for_status().text
            waiting = round(sum(map(float, WAITING.findall(page))))
            for queue in list(watch.sent)[:waiting]:
                watch.note(SCRAPED, queue, at)
            await asyncio.sleep(SCRAPE_EVERY)


async def overhear(rig: Rig, watch: Stopwatch) -> None:
    """Note when the engine told each queue, and when that could be read. Raises FeedLostError."""
    feed = KafkaUpdates(rig.kafka, overlap=0, steady=steady_ms)
    await feed.open()
    try:
        while True:
            for update, *_ in await feed.read():
                told_at = monotonic() - (now_ms() - update.published_at) / 1000
                for row in update.rows:
                    watch.note(COUNTED, row.queue, told_at)
                    watch.note(TOLD, row.queue, monotonic())
    finally:
        await feed.close()


async def rest(pauses: list[float]) -> None:
    """Pause on the engine's core, again and again, in a process that does nothing else; note what
    each pause took, milliseconds.
    """
    core = ",".join(map(str, cores()[0]))
    process = await asyncio.create_subprocess_exec(
        "taskset",
        "--cpu-list",
        core,
        sys.executable,
        "-c",
        RESTING,
        str(PAUSE),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        while process.stdout is not None and (line := await process.stdout.readline()):
            pauses.append(float(line))
    finally:
        process.kill()
        await process.wait()


async def send(
    rig: Rig,
    records: Sequence[Record],
    rate: float,
    seconds: float,
    watch: Stopwatch,
    mark_every: float = MARK_EVERY,
) -> int:
    """Records at an even pace, and the marks between; returns how many records."""
    sender = await producer(rig.kafka, linger_ms=5)
    began = monotonic()
    sent = 0
    marked = 0
    try:
        while (elapsed := monotonic() - began) < seconds:
            while sent < min(len(records), int(elapsed * rate)):
                one = records[sent]
                await sender.send(
                    CONTACT_EVENTS.name, one.value, key=one.key, partition=one.partition
                )
                sent += 1
            if elapsed >= marked * mark_every:
                marked += 1
                await mark(sender, f"queue-{marked}", rig.partitions, watch)
            await asyncio.sleep(0.01)
    finally:
        await sender.stop()
    return sent


async def mark(sender: AIOKafkaProducer, queue: str, partitions: int, watch: Stopwatch) -> None:
    """One contact of now, in a queue of its own."""
    offered = ContactOffered(
        id=queue, source="bench", at=now_ms(), tenant=TENANT, contact=queue, queue=queue
    )
    key = f"{TENANT}|{queue}".encode()
    watch.sent[queue] = monotonic()
    known = await sender.send(
        CONTACT_EVENTS.name,
        msgspec.json.encode(offered),
        key=key,
        partition=partition_of(key, partitions),
    )
    known.add_done_callback(lambda _: watch.note(IN_KAFKA, queue, monotonic()))
