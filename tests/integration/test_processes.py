"""The processes of `deploy/compose.yaml`, outside containers and with its environment: all become
ready, a contact goes through, and its trace tells the way.
"""

import asyncio
import json
import re
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from signal import SIGTERM
from typing import Any

import httpx
import pytest
import yaml
from pydantic import SecretStr

from floorpulse.runtime.clock import now_ms
from floorpulse.runtime.database import dsn
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.integration.collector import Collector, Received, collector
from tests.integration.kafka import ApacheKafka
from tests.integration.running_demo import until

DEPLOY = Path(__file__).parents[2] / "deploy"
SERVING = ("ingest", "engine", "api", "alerts")
SECRET = "5" * 64
WITHIN = 120.0
TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"

Environment = dict[str, str]


def free_ports(number: int) -> list[int]:
    """Different ports on loopback that nobody listens on."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _given(kafka: KafkaSettings) -> Iterator[tuple[str, str]]:
    """The variables that say the same."""
    for name in kafka.model_fields_set - {"bootstrap_servers"}:
        value = getattr(kafka, name)
        given = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        yield f"FLOORPULSE_KAFKA__{name.upper()}", given


class Site:
    """What compose's services have around them here: other servers, ports and folders."""

    def __init__(
        self, kafka: KafkaSettings, database: DatabaseSettings, spans: Collector, folder: Path
    ) -> None:
        self.log = folder / "processes.log"
        self.ports = dict(zip(SERVING, free_ports(len(SERVING)), strict=True))
        self._services: Any = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
        self._places = {
            "FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
            "FLOORPULSE_DATABASE__URL": dsn(database),
        }
        self._more = {
            **dict(_given(kafka)),
            "FLOORPULSE_TRACING__ENDPOINT": spans.endpoint,
            "FLOORPULSE_TRACING__SHARE": "0",
        }

    def environment(self, process: str) -> Environment:
        """Compose's environment of a process: addresses are those of this machine, secrets are
        given.
        """
        service = self._services[process]
        given = {
            name: re.sub(r"\$\{\w+:\?[^}]*\}", SECRET, str(value))
            for name, value in service["environment"].items()
        }
        moved = {name: self._moved(name, value, service) for name, value in given.items()}
        port = f"FLOORPULSE_{process.upper()}__{'METRICS_' if process == 'engine' else ''}PORT"
        chosen = {port: str(self.ports[process])} if process in self.ports else {}
        return moved | self._more | chosen

    def _moved(self, name: str, value: str, service: Any) -> str:
        if name in self._places:
            return self._places[name]
        if name.endswith("HOST"):
            assert value == "0.0.0.0"  # noqa: S104  compose's, and only its
            return "127.0.0.1"
        for source, target, *_ in (one.split(":") for one in service.get("volumes", [])):
            if value == target:
                return str((DEPLOY / source).resolve())
        return value

    def said(self, event: str) -> set[str]:
        """The services that logged an event."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return {line["service"] for line in lines if line["event"] == event}

    def errors(self) -> list[dict[str, str]]:
        """What Faust and we logged as errors; a new broker has no coordinator at first, which
        aiokafka calls an error.
        """
        lines = self.log.read_text().splitlines()
        errors = [line for line in map(json.loads, lines) if line["level"] == "error"]
        return [one for one in errors if not one["logger"].startswith("aiokafka")]

    def url(self, process: str, path: str) -> str:
        return f"http://127.0.0.1:{self.ports[process]}{path}"


async def started(
    words: list[str], environment: Mapping[str, str], said: Any
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "floorpulse.cli.app", *words,
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=said,
    )  # fmt: skip


async def done(words: list[str], environment: Mapping[str, str]) -> str:
    process = await started(words, environment, asyncio.subprocess.PIPE)
    said, wrong = await process.communicate()
    assert process.returncode == 0, wrong.decode()
    return said.decode()


@asynccontextmanager
async def running(site: Site) -> AsyncIterator[None]:
    """All processes that serve; at the end they are told to stop, and do."""
    with site.log.open("ab") as said:
        processes = [await started([one], site.environment(one), said) for one in SERVING]
    try:
        yield
        for one in processes:
            one.terminate()
        async with asyncio.timeout(30):
            ended = {await one.wait() for one in processes}
        assert ended <= {0, -SIGTERM}, site.log.read_text()
    finally:
        for one in processes:
            if one.returncode is None:
                one.kill()
                await one.wait()


def contact() -> str:
    at = now_ms()
    about = {"source": "pbx", "contact": "c1"}
    events = (
        {**about, "type": "contact.offered", "id": "1", "at": at - 5000, "queue": "orders"},
        {**about, "type": "contact.answered", "id": "2", "at": at - 2000, "agent": "ann"},
    )
    return "\n".join(json.dumps(event) for event in events)


async def ready(client: httpx.AsyncClient, site: Site, process: str) -> bool:
    try:
        path = "/metrics" if process == "engine" else "/readyz"
        return (await client.get(site.url(process, path))).is_success
    except httpx.TransportError:
        return False


async def keyed(site: Site) -> dict[str, str]:
    """The header with a key, made as operators make it."""
    scopes = ("events:write", "kpi:read")
    words = [word for scope in scopes for word in ("--scope", scope)]
    token = await done(["keys", "create", "--tenant", "acme", *words], site.environment("migrate"))
    return {"Authorization": f"Bearer {token.strip()}"}


async def counted(client: httpx.AsyncClient, site: Site) -> bool:
    """Whether the API shows the one contact that was answered."""
    asked = {"kpi": "answered", "window": "15m", "by": "total"}
    answer = (await client.get(site.url("api", "/v1/kpis"), params=asked)).raise_for_status()
    return [row["value"] for row in answer.json()["rows"]] == [1]


@pytest.fixture
def guarded(request: pytest.FixtureRequest, kafka: KafkaSettings) -> KafkaSettings:
    """An empty log; on Apache Kafka as a user, over TLS."""
    if not kafka.idempotence:
        return kafka
    apache: ApacheKafka = request.getfixturevalue("apache")
    return apache.access("SASL_SSL")


@pytest.mark.embedded
async def test_a_contact_goes_through_the_processes_of_compose_and_leaves_a_trace(
    guarded: KafkaSettings, database: DatabaseSettings, tmp_path: Path
) -> None:
    with collector() as spans:
        site = Site(guarded, database, spans, tmp_path)
        await done(["migrate"], site.environment("migrate"))
        key = await keyed(site)
        async with (
            httpx.AsyncClient(headers=key, timeout=30, trust_env=False) as client,
            running(site),
        ):
            async with asyncio.timeout(WITHIN):
                for process in SERVING:
                    await until(partial(ready, client, site, process))
                await post(client, site)
                await until(partial(counted, client, site))
    assert site.said("process_starts") == set(SERVING)
    assert site.errors() == []
    expect_followed(spans.of(TRACE))
    assert {one.trace for one in spans.spans} == {TRACE}, "only what the client asked for"


async def post(client: httpx.AsyncClient, site: Site) -> None:
    """One contact of a caller who traces it; then an event of one who does not."""
    headers = {"Content-Type": "application/x-ndjson", "traceparent": f"00-{TRACE}-{CALLER}-01"}
    url = site.url("ingest", "/v1/events")
    answer = await client.post(url, content=contact(), headers=headers)
    assert answer.status_code == 202, answer.text
    untraced = {"Content-Type": "application/x-ndjson"}
    assert (await client.post(url, content=contact(), headers=untraced)).status_code == 202


def expect_followed(found: Mapping[tuple[str, str], Received]) -> None:
    way = [("ingest", "POST /v1/events"), ("engine", "fold"), ("engine", "publish")]
    assert set(found) == {*way, ("api", "show"), ("alerts", "show")}
    assert found[way[0]].parent == CALLER
    for earlier, later in pairwise(way):
        assert found[later].parent == found[earlier].id
    for board in ("api", "alerts"):
        assert found[board, "show"].parent == found[way[-1]].id
