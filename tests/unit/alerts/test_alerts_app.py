"""The running service: its parts together, whether it is well, its health over HTTP."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter
from pydantic import SecretStr, ValidationError

from floorpulse.alerts.api import operations
from floorpulse.alerts.api.operations import AlertsHealth
from floorpulse.alerts.app import AlertsService, Evaluation
from floorpulse.alerts.incidents.lease import Lease, Term
from floorpulse.alerts.incidents.ports import LeaseLost
from floorpulse.alerts.metrics import LeaseMetrics
from floorpulse.alerts.settings import AlertsSettings
from floorpulse.runtime import problems
from tests.fakes.alert_store import MemoryIncidents
from tests.fakes.virtual_time import run


@dataclass
class Part:
    """A part of the service that notes what is asked of it."""

    age: float = 0.0
    well: bool = True
    fails: bool = False
    said: list[str] = field(default_factory=list)

    async def run(self, *_: object) -> None:
        self.said.append("runs")
        if self.fails:
            raise ZeroDivisionError
        await asyncio.sleep(3600)

    async def drain(self) -> None:
        self.said.append("drained")


def service(**parts: object) -> AlertsService:
    loop = asyncio.get_running_loop()
    store = MemoryIncidents(lambda: round(loop.time() * 1000))
    lease = Lease(store, "one", loop.time, LeaseMetrics(CollectorRegistry()))
    given = {name: Part() for name in ("evaluation", "timers", "sender", "auditor")}
    return AlertsService(lease, **cast("Any", {**given, **parts}))


def said(*, term: bool = True, until: float = 9, **parts: object) -> str | None:
    async def course() -> str | None:
        one = service(**parts)
        one.lease.term = Term(1, until) if term else None
        return one.unwell()

    return run(course())


def test_all_is_well_while_everything_is_looked_at() -> None:
    assert said() is None
    assert said(term=False, auditor=Part(well=False)) is None, "another acts"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"until": -1.0}, "lease"),
        ({"evaluation": Part(age=31)}, "rules were not evaluated for 31 s"),
        ({"timers": Part(age=31)}, "timers"),
        ({"auditor": Part(well=False)}, "auditor"),
    ],
)
def test_what_is_not_well_is_said(given: dict[str, Any], why: str) -> None:
    assert why in (said(**given) or "")


def test_at_the_end_what_is_under_way_is_finished_before_another_may_act() -> None:
    async def course() -> tuple[list[str], int | None, list[str]]:
        sender, bridge = Part(), Part()
        one = service(sender=sender, others=(bridge.run,))
        running = asyncio.create_task(one.run())
        await asyncio.sleep(5)
        running.cancel()
        await asyncio.wait({running})
        return sender.said, one.lease.epoch, bridge.said

    spoken, epoch, bridged = run(course())

    assert spoken == ["runs", "drained"]
    assert bridged == ["runs"]
    assert epoch is None


def test_a_defect_in_one_part_ends_all_so_that_another_replica_acts() -> None:
    async def course() -> AlertsService:
        one = service(timers=Part(fails=True))
        with pytest.raises(ExceptionGroup):
            await one.run()
        return one

    assert run(course()).lease.term is None


class Evaluating:
    """An evaluator that ends as a test says."""

    def __init__(self, ends: Exception | None) -> None:
        self._ends = ends

    async def run(self, *_: object) -> None:
        if self._ends is not None:
            raise self._ends
        await asyncio.sleep(3600)

    def age(self) -> float:
        return 7.0


def evaluation(ends: Exception | None = None) -> Evaluation:
    nothing = cast("Any", None)
    return Evaluation(cast("Any", lambda: Evaluating(ends)), nothing, nothing, asyncio.Event())


def test_an_evaluation_that_lost_the_lease_waits_for_the_terms_end() -> None:
    async def course() -> tuple[bool, float, float]:
        one = evaluation(LeaseLost("another acts"))
        running = asyncio.create_task(one.run())
        await asyncio.sleep(100)
        waits = not running.done()
        age = one.age
        running.cancel()
        await asyncio.wait({running})
        return waits, age, one.age

    assert run(course()) == (True, 7.0, 0.0)


def app(*, why: str | None = None, alive: bool = True) -> FastAPI:
    async def unready() -> str | None:
        return why

    registry = CollectorRegistry()
    Counter("told", "Told.", registry=registry).inc()
    made = FastAPI()
    problems.install(made)
    made.include_router(operations.router())
    made.state.alerts_health = AlertsHealth(registry, unready, lambda: alive)
    return made


async def answer(made: FastAPI, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(made)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        return await client.get(path)


async def test_a_service_that_runs_is_alive_and_ready_and_tells_of_itself() -> None:
    assert (await answer(app(), "/livez")).json() == {"status": "ok"}
    assert (await answer(app(), "/readyz")).json() == {"status": "ok"}
    assert "told_total 1.0" in (await answer(app(), "/metrics")).text


async def test_a_service_that_cannot_says_why() -> None:
    waits = await answer(app(why="The definitions are being loaded"), "/readyz")
    ended = await answer(app(alive=False), "/livez")

    assert (waits.status_code, waits.json()["detail"]) == (
        503,
        "The definitions are being loaded.",
    )
    assert waits.headers["retry-after"] == "5"
    assert ended.status_code == 503


def test_an_address_that_is_none_is_refused_and_not_repeated_for_it_is_a_secret() -> None:
    assert AlertsSettings(heartbeat_url=SecretStr("https://x/y")).heartbeat_url
    assert AlertsSettings().heartbeat_url is None
    with pytest.raises(ValidationError, match="https://host/path") as refused:
        AlertsSettings(heartbeat_url=SecretStr("switch-of-mine"))

    assert "switch-of-mine" not in refused.value.errors()[0]["msg"]
