"""What taking an event costs: `floorpulse ingest` beside a plain service, CPU of each process.

    round 1: ours 1, peer 1, ours 10, peer 10, ours 500, …     round 2: the other way round

Both take the same stories of contacts over eight connections, acknowledged by the same Kafka. No
contact comes twice. Another checkout of ours may take turns with them.
"""

import asyncio
import json
import os
import random
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import psutil
from pydantic import SecretStr

from floorpulse.access.keys import KeyRing
from floorpulse.demo.embedded.child import free_port
from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.database import async_engine
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.benchmarks.checkout import Checkout, this, with_its_own
from tests.benchmarks.ingest_peer import SECRET, TENANT
from tests.benchmarks.latency import answers
from tests.benchmarks.machine import cores
from tests.benchmarks.trial import READY_WITHIN, until
from tests.benchmarks.workload import story

ROUNDS = 9
CONNECTIONS = 8
CONTACTS = 100
"""Under way at the same time"""
HOUR = 3_600_000
REQUESTS = {1: 400, 10: 80, 500: 8}
"""Requests of a portion, by events of a request"""
FORMS = {"array": "application/json", "NDJSON": "application/x-ndjson"}
OURS = this().title
EACH, TOGETHER = "plain, `send_and_wait`", "plain, one wait a request"

Load = tuple[str, int]
"""A form of FORMS, and events of a request"""


@dataclass
class IngestLoad:
    """CPU µs an event: of each service, by its title, and each load, portion by portion."""

    spent: dict[str, dict[Load, list[float]]] = field(default_factory=dict)

    def note(self, title: str, load: Load, cost: float) -> None:
        """One portion's cost."""
        self.spent.setdefault(title, {}).setdefault(load, []).append(cost)

    def cheaper(self, load: Load, other: str) -> list[float]:
        """How many times cheaper than another service ours is, round by round."""
        pairs = zip(self.spent[other][load], self.spent[OURS][load], strict=True)
        return [theirs / ours for theirs, ours in pairs]


@dataclass(frozen=True)
class Service:
    """A running one."""

    title: str
    process: psutil.Process
    port: int
    token: str


@dataclass(frozen=True)
class Surroundings:
    """What the services work with."""

    kafka: KafkaSettings
    database: str
    folder: Path


async def ingest_load(here: Surroundings, rounds: int, base: Checkout | None = None) -> IngestLoad:
    """Measure all services in turns, after a round that does not count. Raises TimeoutError,
    OSError and RuntimeError.
    """
    found = IngestLoad()
    bodies = Bodies(random.Random(1), now_ms())
    loads = [(form, size) for form in FORMS for size in REQUESTS]
    async with AsyncExitStack() as stack:
        services = [await stack.enter_async_context(one) for one in await _services(here, base)]
        for number in range(rounds + 1):
            turn = services[::-1] if number % 2 else services
            for load in loads:
                for service in turn:
                    cost = await portion(service, load, bodies)
                    if number:
                        found.note(service.title, load, cost)
    return found


async def portion(service: Service, load: Load, bodies: "Bodies") -> float:
    """CPU µs an event of one portion."""
    form, size = load
    count = REQUESTS[size]
    requests = [request(service, form, body) for body in islice(bodies.of(form, size), count)]
    before = spent(service.process)
    waiting = iter(requests)
    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(_send(service.port, waiting))
    return (spent(service.process) - before) / 1000 / (count * size)


def spent(process: psutil.Process) -> int:
    """Nanoseconds of CPU that the threads of a process used: portions are short, and what psutil
    tells is whole hundredths of a second.
    """
    told = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    return sum(int(one.read_text().split()[0]) for one in told)


class Bodies:
    """Request bodies that tell stories of contacts of the hour before `now` (epoch milliseconds),
    none of them twice.
    """

    def __init__(self, dice: random.Random, now: int) -> None:
        self._dice = dice
        self._began = now - HOUR
        self._events = self._told()

    def of(self, form: str, size: int) -> Iterator[bytes]:
        """Bodies of so many events each; one event alone stands without brackets."""
        while True:
            events = [json.dumps(one) for one in islice(self._events, size)]
            if form == "NDJSON":
                yield "\n".join(events).encode()
            else:
                yield (events[0] if size == 1 else f"[{','.join(events)}]").encode()

    def _told(self) -> Iterator[dict[str, object]]:
        """Contacts of a floor beside each other: the next event is that of any of them."""
        floor = [self._contact() for _ in range(CONTACTS)]
        while True:
            place = self._dice.randrange(len(floor))
            event = next(floor[place], None)
            if event is None:
                floor[place] = self._contact()
            else:
                yield event

    def _contact(self) -> Iterator[dict[str, object]]:
        for event in story(self._began, self._dice.randrange(500), 1, self._dice):
            yield event | {"tenant": TENANT}


def request(service: Service, form: str, body: bytes) -> bytes:
    """A request as a client of HTTP sends it."""
    head = (
        "POST /v1/events HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{service.port}\r\n"
        "Accept: */*\r\nAccept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n"
        "User-Agent: bench/1\r\n"
        f"Authorization: Bearer {service.token}\r\n"
        f"Content-Type: {FORMS[form]}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _send(port: int, waiting: Iterator[bytes]) -> None:
    """Send what is waiting, one request after the other. Raises RuntimeError at another answer than
    202.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for one in waiting:
            writer.write(one)
            await _accepted(reader)
    finally:
        await _closed(writer)


async def _accepted(reader: StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    fields = head.lower().split(b"\r\n")
    [length] = [one[15:] for one in fields if one.startswith(b"content-length:")]
    body = await reader.readexactly(int(length))
    if not head.startswith(b"HTTP/1.1 202"):
        message = f"{head.splitlines()[0].decode()}: {body[:500].decode()}"
        raise RuntimeError(message)


async def _closed(writer: StreamWriter) -> None:
    writer.close()
    await writer.wait_closed()


# ---------------------------------------------------------------- services


async def _services(here: Surroundings, base: Checkout | None) -> list["_Starting"]:
    engine = async_engine(DatabaseSettings(url=SecretStr(here.database)))
    try:
        token = await KeyRing(engine).create(TENANT, "bench", ["events:write"])
    finally:
        await engine.dispose()
    checkouts = [this(), *([] if base is None else [base])]
    ours = [_ours(here, checkout, token) for checkout in checkouts]
    return [*ours, *[_peer(here, title, token) for title in (EACH, TOGETHER)]]


_Starting = AbstractAsyncContextManager[Service]


def _ours(here: Surroundings, checkout: Checkout, token: str) -> _Starting:
    port = free_port()
    keys = json.dumps([{"name": "bench", "secret": SECRET.decode()}])
    settings = {
        "FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS": here.kafka.bootstrap_servers,
        "FLOORPULSE_KAFKA__IDEMPOTENCE": _word(here.kafka.idempotence),
        "FLOORPULSE_DATABASE__URL": here.database,
        "FLOORPULSE_INGEST__PORT": str(port),
        "FLOORPULSE_INGEST__CUSTOMER_KEYS": keys,
    }
    words = ["floorpulse.cli.app", "ingest"]
    return _started(Start(checkout.title, words, port, token, checkout, settings), here)


def _peer(here: Surroundings, title: str, token: str) -> _Starting:
    port = free_port()
    words = [here.kafka.bootstrap_servers, _word(here.kafka.idempotence), str(port), token]
    sends = "together" if title == TOGETHER else "each"
    return _started(
        Start(title, ["tests.benchmarks.ingest_peer", *words, sends], port, token), here
    )


def _word(on: bool) -> str:  # noqa: FBT001  a setting's value
    return "true" if on else "false"


@dataclass(frozen=True)
class Start:
    """What a service is started with."""

    title: str
    words: list[str]
    port: int
    token: str
    checkout: Checkout = field(default_factory=this)
    settings: Mapping[str, str] = field(default_factory=dict)


@asynccontextmanager
async def _started(start: Start, here: Surroundings) -> AsyncIterator[Service]:
    """The service, ready, on the core of the systems."""
    log = here.folder / f"ingest-{start.port}.log"
    settings = {**start.checkout.environment, **start.settings}
    with log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            start.checkout.python, "-m", *start.words,
            env=with_its_own(settings), cwd=start.checkout.folder, stdout=said, stderr=said,
        )  # fmt: skip
    os.sched_setaffinity(process.pid, cores()[0])
    url = f"http://127.0.0.1:{start.port}"
    try:
        await until(lambda: answers(url), READY_WITHIN)
        yield Service(start.title, psutil.Process(process.pid), start.port, start.token)
    finally:
        process.kill()
        await process.wait()
