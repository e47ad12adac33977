"""The self-verifying load: sends a story at a pace, and remembers all that was acknowledged, so
that every figure can be foretold.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import islice

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.runtime import kafka as runtime
from floorpulse.runtime.clock import monotonic
from floorpulse.runtime.settings import KafkaSettings
from tests.reliability.stories import START, key_of, stream

TICK = 0.1
TRY_AGAIN = 0.5
MOST_AT_ONCE = 1_000
MARKERS = "markers"


class Load:
    """Sends to Kafka directly; `kept` is what Kafka acknowledged, `marks` how often every partition
    was marked.
    """

    def __init__(self, producer: AIOKafkaProducer, seed: int) -> None:
        self._producer = producer
        self._stream: Iterator[bytes] = stream(seed, f"load{seed}-")
        self.marks = 0
        self.kept: list[bytes] = []

    async def send(self, number: int) -> None:
        """The next `number` events; returns when all are acknowledged."""
        await self.put(list(islice(self._stream, number)))

    async def put(self, values: list[bytes]) -> None:
        """These events; what is not acknowledged is sent again until it is."""
        waiting = values
        while waiting:
            waiting = await self._attempt(waiting)
            if waiting:
                await asyncio.sleep(TRY_AGAIN)

    async def _attempt(self, values: list[bytes]) -> list[bytes]:
        """What was not acknowledged."""
        sent: list[asyncio.Future[object]] = []
        with suppress(KafkaError):
            for value in values:
                key = key_of(json.loads(value))
                sent.append(await self._producer.send(CONTACT_EVENTS.name, value, key=key))
        answers = await asyncio.gather(*sent, return_exceptions=True)
        failed = [
            value
            for value, answer in zip(values, answers, strict=False)
            if isinstance(answer, KafkaError)
        ]
        self.kept += [
            value
            for value, answer in zip(values, answers, strict=False)
            if not isinstance(answer, BaseException)
        ]
        return failed + values[len(sent) :]

    async def pace(self, rate: float, over: asyncio.Event) -> None:
        """Send `rate` events a second until it is over; returns when all are acknowledged."""
        began = monotonic()
        sent = 0
        while not over.is_set():
            due = min(int((monotonic() - began) * rate) - sent, MOST_AT_ONCE)
            if due > 0:
                await self.send(due)
                sent += due
            await asyncio.sleep(TICK)

    async def mark(self) -> dict[int, int]:
        """One event in each partition, now; the offsets behind them, by partition."""
        self.marks += 1
        offsets: dict[int, int] = {}
        for partition in range(CONTACT_EVENTS.partitions):
            value = marker(self.marks, partition)
            while partition not in offsets:
                try:
                    at = await self._producer.send_and_wait(
                        CONTACT_EVENTS.name, value, partition=partition
                    )
                    offsets[partition] = at.offset + 1
                except KafkaError:
                    await asyncio.sleep(TRY_AGAIN)
            self.kept.append(value)
        return offsets


def marker(number: int, partition: int) -> bytes:
    """An ordinary event of a contact of its own, told apart by number and partition."""
    name = f"marker-{number}-{partition}"
    event = {
        "type": "contact.offered",
        "id": name,
        "source": "marker",
        "tenant": "acme",
        "at": START + number,
        "contact": name,
    }
    return json.dumps({**event, "queue": MARKERS}).encode()


@asynccontextmanager
async def load(kafka: KafkaSettings, seed: int) -> AsyncIterator[Load]:
    """A load that is connected; what it sends is up to the caller."""
    producer = await runtime.producer(kafka, linger_ms=10)
    try:
        yield Load(producer, seed)
    finally:
        await runtime.close(producer)


@asynccontextmanager
async def pacing(one: Load, rate: float) -> AsyncIterator[None]:
    """The load runs at `rate` events a second while inside."""
    over = asyncio.Event()
    task = asyncio.create_task(one.pace(rate, over))
    try:
        yield
    finally:
        over.set()
        await task
