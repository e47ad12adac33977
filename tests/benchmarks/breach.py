"""How long from the event that breaches until the first notification, on the running stack.

    a contact of a queue of its own ─► contact-events ─► engine ─► kpi-updates ─►
    board of `floorpulse alerts` ─► rule ─► incident, notice ─► webhook
          every half second, between the events of a workload

Somebody waits in a queue where nobody may: the rule fires at the first look. Half of the queues are
known before, from a contact each that was answered; nobody ever heard of the others, and all that
is watched is planned anew for each. The webhook is a server of this process; the notice goes
through everything that sends, signature and all.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import msgspec
import uvicorn
from fastapi import FastAPI, Request

from floorpulse.contracts.events import (
    ContactAnswered,
    ContactEnded,
    ContactEvent,
    ContactOffered,
)
from floorpulse.contracts.topics import CONTACT_EVENTS
from floorpulse.demo.embedded.child import free_port
from floorpulse.runtime.clock import monotonic, now_ms
from floorpulse.runtime.kafka import producer
from tests.benchmarks import latency
from tests.benchmarks.latency import (
    COUNTED,
    IN_KAFKA,
    TENANT,
    TOLD,
    Quantiles,
    Stopwatch,
    answers,
    overhear,
    quantiles,
)
from tests.benchmarks.programs import Floorpulse
from tests.benchmarks.rig import Rig, connected
from tests.benchmarks.trial import READY_WITHIN, running, until
from tests.benchmarks.workload import Record, partition_of

MARK_EVERY = 0.5
WARM_UP = 5.0
LAST_WITHIN = 30.0
SETTLES = 5.0
"""Seconds until rules have looked at every queue"""
PAGE = "breach.md"
GOAL = 2000
"""Milliseconds to the notice, at p99"""
OPENED, NOTIFIED = "incident opened", "notified"
"""After the legs of the stopwatch"""
DEFINED = """
tenant: {tenant}
receivers:
  - {{id: bench, names: {{en: Bench}}, webhook: {{url: "{url}", signing: bench}}}}
escalations:
  - {{id: now, steps: [{{targets: [{{receiver: bench}}], wait: 3600}}], repeat: 0}}
rules:
  - id: nobody-waits
    names: {{en: Nobody waits}}
    escalation: now
    threshold: {{kpi: waiting, fire_above: 0}}
"""


@dataclass(frozen=True)
class Breach:
    """From sending to each leg's end, to the notice of queues that were known and of new ones; how
    many breaches there were, how many of them were told other than once, and events a second
    beside.
    """

    legs: dict[str, Quantiles]
    known: Quantiles
    new: Quantiles
    marks: int
    not_once: int
    rate: float


async def breach(rig: Rig, records: Sequence[Record], rate: float, seconds: float) -> Breach:
    """Send `records` at `rate` a second for `seconds` and time the breaches between."""
    await rig.renew()
    folder = Path(mkdtemp(prefix="breach-", dir=rig.folder))
    watch = Stopwatch(passed={leg: {} for leg in (IN_KAFKA, COUNTED, TOLD, NOTIFIED)})
    heard: list[str] = []
    program = Floorpulse(rig, folder)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(running(program, folder / "engine.log"))
        await until(program.ready, READY_WITHIN)
        hook = await stack.enter_async_context(receiver(watch, heard))
        url = await stack.enter_async_context(alerts(rig, folder, hook))
        await until(lambda: answers(url), READY_WITHIN)
        await introduce(rig, range(1, round(seconds / MARK_EVERY) + 2, 2))
        listening = asyncio.create_task(overhear(rig, watch))
        stack.callback(listening.cancel)
        began = monotonic()
        sent = await latency.send(rig, records, rate, seconds, watch, MARK_EVERY)
        await _all_told(watch)
        opened = await _opened(rig)
    spans = {leg: watch.spans(leg, began + WARM_UP) for leg in watch.passed}
    legs = {leg: quantiles(ordered) for leg, ordered in spans.items()}
    legs[OPENED] = quantiles(sorted(opened))
    not_once = sum(heard.count(queue) != 1 for queue in watch.sent)
    known, new = (
        quantiles(_half(watch, odd).spans(NOTIFIED, began + WARM_UP)) for odd in (True, False)
    )
    return Breach(legs, known, new, len(spans[NOTIFIED]), not_once, sent / seconds)


def _half(watch: Stopwatch, odd: bool) -> Stopwatch:  # noqa: FBT001  which half
    """The marks of odd or of even queues."""
    mine = {queue: at for queue, at in watch.sent.items() if int(queue[6:]) % 2 == odd}
    return Stopwatch(mine, watch.passed)


async def introduce(rig: Rig, numbers: Sequence[int]) -> None:
    """A contact that was answered and ended, in each queue that is to be known."""
    sender = await producer(rig.kafka, linger_ms=5)
    try:
        for number in numbers:
            for event in answered(f"before-{number}", f"queue-{number}", now_ms()):
                key = f"{TENANT}|before-{number}".encode()
                await sender.send(
                    CONTACT_EVENTS.name,
                    msgspec.json.encode(event),
                    key=key,
                    partition=partition_of(key, rig.partitions),
                )
        await sender.flush()
    finally:
        await sender.stop()
    await asyncio.sleep(SETTLES)


def answered(contact: str, queue: str, at: int) -> tuple[ContactEvent, ...]:
    """A contact that was offered, answered and ended at once."""
    return (
        ContactOffered(
            id=f"o-{contact}", source="bench", at=at, tenant=TENANT, contact=contact, queue=queue
        ),
        ContactAnswered(
            id=f"a-{contact}", source="bench", at=at, tenant=TENANT, contact=contact, agent="ann"
        ),
        ContactEnded(id=f"e-{contact}", source="bench", at=at, tenant=TENANT, contact=contact),
    )


async def _all_told(watch: Stopwatch) -> None:
    async def told() -> bool:
        return watch.sent.keys() <= watch.passed[NOTIFIED].keys()

    try:
        await until(told, LAST_WITHIN)
    except TimeoutError:
        return


async def _opened(rig: Rig) -> list[float]:
    """Milliseconds from each contact's offer to its incident, by the rows."""
    asked = """
        SELECT incident.opened_at - visit.offered_at FROM incident
        JOIN visit ON visit.tenant = incident.tenant AND visit.contact = incident.queue
        WHERE incident.tenant = $1
    """
    async with connected(rig.database) as connection:
        return [float(row[0]) for row in await connection.fetch(asked, TENANT)]


@asynccontextmanager
async def receiver(watch: Stopwatch, heard: list[str]) -> AsyncIterator[str]:
    """A server that takes webhooks and notes when each queue's came; its address."""
    app = FastAPI()

    async def hook(request: Request) -> dict[str, str]:
        at = monotonic()
        queue = json.loads(await request.body())["data"]["queue"]
        heard.append(queue)
        watch.note(NOTIFIED, queue, at)
        return {}

    app.add_api_route("/hook", hook, methods=["POST"])
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    try:
        yield f"http://127.0.0.1:{port}/hook"
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def alerts(rig: Rig, folder: Path, hook: str) -> AsyncIterator[str]:
    """`floorpulse alerts` on a free port, beside the servers; its address."""
    port = free_port()
    defined = folder / "definitions"
    defined.mkdir()
    (defined / "bench.yaml").write_text(DEFINED.format(tenant=TENANT, url=hook))
    settings = {
        "FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS": rig.server.bootstrap,
        "FLOORPULSE_DATABASE__URL": rig.database,
        "FLOORPULSE_DEFINITIONS__DIR": str(defined),
        "FLOORPULSE_ALERTS__PORT": str(port),
        "FLOORPULSE_ALERTS__ALLOW_LOOPBACK": "true",
        "FLOORPULSE_ALERTS__SECRETS": json.dumps({"bench": "a secret of the benchmark"}),
    }
    environment = {**os.environ, **settings}  # noqa: TID251  PATH
    command = (sys.executable, "-m", "floorpulse.cli.app", "alerts")
    with (folder / "alerts.log").open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=said, stderr=said
        )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        await process.wait()


def written(found: Breach, conditions: Mapping[str, str], folder: Path) -> str:
    """Write the page; what it says in one line."""
    (folder / PAGE).write_text(page(found, conditions))
    legs = ", ".join(f"{leg} {one.p50:.0f}/{one.p99:.0f}" for leg, one in found.legs.items())
    return (
        f"breach to notification at {found.rate:,.0f} events/s, {found.marks} breaches, "
        f"{found.not_once} not told exactly once; ms at p50/p99: {legs}; of queues known before "
        f"{found.known.p50:.0f}/{found.known.p99:.0f}, of new ones {found.new.p50:.0f}/"
        f"{found.new.p99:.0f}"
    )


def page(found: Breach, conditions: Mapping[str, str]) -> str:
    """The findings as a page."""
    legs = {**found.legs, "notified, queues known before": found.known, "new queues": found.new}
    rows = [f"| {leg} | {one.p50:,.0f} | {one.p99:,.0f} |" for leg, one in legs.items()]
    met = "met" if found.legs[NOTIFIED].p99 <= GOAL and not found.not_once else "not met"
    said = (
        f"{found.marks} breaches, {found.not_once} of them not told exactly once, beside "
        f"{found.rate:,.0f} events a second. At most {GOAL:,} ms at p99 until the notice: "
        f"**{met}**."
    )
    machine = [f"| {name} | {value} |" for name, value in conditions.items()]
    table = ["| until | p50, ms | p99, ms |", "| --- | --- | --- |", *rows]
    where = ["| | |", "| --- | --- |", *machine]
    return "\n".join([HEAD, said, "", *table, "", *where, ""])


HEAD = """# From a breach to its first notice

Written by `make bench ARGS="--systems breach"`. Every half second somebody waits in a queue where
nobody may, between the events of a floor. The contact goes through Apache Kafka, the engine and
`kpi-updates` to the board of `floorpulse alerts`; the rule fires at the first look, the incident
and its notice are stored in PostgreSQL, and the notice goes as a signed webhook to a server that
notes when it came. Half of the queues are known before; nobody ever heard of the others.
"""
