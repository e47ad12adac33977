"""What all tests share: no network in unit tests, and real servers for integration tests.

`kafka` is an empty log for each test, which therefore runs on the embedded broker and on Apache
Kafka; `postgres` is one server for the whole run, `database` a migrated database of its own in it.
`make test` runs files side by side in several processes (pytest-xdist), and each of those has
servers of its own.
"""

import asyncio
import logging
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import asyncpg
import pytest
import pytest_socket
from hypothesis import HealthCheck, settings
from pydantic import SecretStr

from floorpulse.contracts.topics import TOPICS
from floorpulse.demo.embedded import Broker, Postgres
from floorpulse.migrations import migrate
from floorpulse.runtime.kafka import ensure_topics
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings
from tests.integration.kafka import ApacheKafka, available

UNIT = Path(__file__).parent / "unit"
REQUIRED = "TESTS_REQUIRE_KAFKA"
EXAMPLES = "TESTS_EXAMPLES"
"""How many examples each law is tried on; mutation testing asks for fewer."""

LONG = {
    name: place
    for place, name in enumerate(
        (
            "test_alert_days.py",
            "test_contract.py",
            "test_wall_pages.py",
            "test_alerts_page.py",
            "test_database_away.py",
            "test_open_visits.py",
            "test_fresh_demo.py",
            "test_demo.py",
            "test_floor_then.py",
            "test_finality.py",
            "test_clocks.py",
            "test_alert_replicas.py",
            "test_kill_loop.py",
            "test_double_eleven.py",
            "test_double_eleven_playbook.py",
            "test_schedules.py",
        )
    )
}
"""Files that take a minute and more: begun last, one of them would keep a tester busy when there is
nothing left for the others
"""

Server = TypeVar("Server", Postgres, Broker, ApacheKafka)

why_no_kafka = cache(available)

settings.register_profile("floorpulse", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "laws",
    parent=settings.get_profile("floorpulse"),
    max_examples=int(os.environ.get(EXAMPLES, "500")),  # noqa: TID251  as below
)
settings.load_profile("floorpulse")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take minutes come first."""
    items.sort(key=lambda item: LONG.get(item.path.name, len(LONG)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Unit tests have no sockets but those inside an event loop; tests on Apache Kafka are skipped
    where it cannot run.
    """
    if item.path.is_relative_to(UNIT):
        pytest_socket.disable_socket(allow_unix_socket=True)
    why = why_no_kafka() if item.get_closest_marker("kafka") else None
    if why is not None and os.environ.get(REQUIRED) == "1":  # noqa: TID251  a switch of the test run, not of the product
        pytest.fail(f"{REQUIRED} is set, and Apache Kafka cannot run here: {why}")
    if why is not None:
        pytest.skip(f"Apache Kafka cannot run here: {why}")


def pytest_runtest_teardown() -> None:
    """The next test may be another kind."""
    pytest_socket.enable_socket()


@pytest.fixture(scope="session")
def server_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """The event loop in which servers are started and stopped."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


@pytest.fixture(scope="session")
def postgres(
    server_loop: asyncio.AbstractEventLoop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Postgres]:
    """PostgreSQL for the whole run."""
    yield from _running(server_loop, Postgres(tmp_path_factory.mktemp("postgres")))


@pytest.fixture
def broker(server_loop: asyncio.AbstractEventLoop, tmp_path: Path) -> Iterator[Broker]:
    """A broker with an empty log."""
    yield from _running(server_loop, Broker(tmp_path / "broker.log"))


@pytest.fixture(scope="session")
def apache(
    server_loop: asyncio.AbstractEventLoop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ApacheKafka]:
    """One node of Apache Kafka for the whole run: its Java takes long to start."""
    yield from _running(server_loop, ApacheKafka(tmp_path_factory.mktemp("kafka"), guarded=True))


@pytest.fixture(params=["embedded", pytest.param("apache", marks=pytest.mark.kafka)])
def kafka(request: pytest.FixtureRequest, server_loop: asyncio.AbstractEventLoop) -> KafkaSettings:
    """Settings of an empty log, its topics made: on the embedded broker, and on Apache Kafka where
    that can run.
    """
    if request.param == "embedded":
        broker: Broker = request.getfixturevalue("broker")
        settings = KafkaSettings(bootstrap_servers=broker.bootstrap, idempotence=False)
    else:
        apache: ApacheKafka = request.getfixturevalue("apache")
        server_loop.run_until_complete(apache.clear())
        settings = KafkaSettings(bootstrap_servers=apache.bootstrap)
    server_loop.run_until_complete(ensure_topics(settings, TOPICS))
    return settings


@pytest.fixture
def kafka_pid(request: pytest.FixtureRequest, kafka: KafkaSettings) -> int:
    """Process id of the server that holds the log of `kafka`."""
    server: Broker | ApacheKafka = request.getfixturevalue(
        "apache" if kafka.idempotence else "broker"
    )
    return server.pid


@pytest.fixture(scope="session")
def migrated(server_loop: asyncio.AbstractEventLoop, postgres: Postgres) -> str:
    """Name of a migrated database that nobody uses: copies of it are there at once."""
    server_loop.run_until_complete(_command(postgres.dsn, "CREATE DATABASE migrated"))
    server_loop.run_until_complete(migrate(_settings(postgres, "migrated")))
    return "migrated"


@pytest.fixture
def database(
    server_loop: asyncio.AbstractEventLoop, postgres: Postgres, migrated: str
) -> Iterator[DatabaseSettings]:
    """Settings of a migrated database, which goes with the test."""
    name = f"test_{uuid4().hex}"
    server_loop.run_until_complete(
        _command(postgres.dsn, f"CREATE DATABASE {name} TEMPLATE {migrated}")
    )
    yield _settings(postgres, name)
    server_loop.run_until_complete(_command(postgres.dsn, f"DROP DATABASE {name} WITH (FORCE)"))


def _settings(postgres: Postgres, name: str) -> DatabaseSettings:
    return DatabaseSettings(url=SecretStr(postgres.dsn.rpartition("/")[0] + f"/{name}"), pool=4)


def _running(loop: asyncio.AbstractEventLoop, server: Server) -> Iterator[Server]:
    loop.run_until_complete(server.start())
    yield server
    loop.run_until_complete(server.stop())


async def _command(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@pytest.fixture
def logging_as_it_was() -> Iterator[None]:
    """A command sends logging to its own standard error, which ends with it."""
    root = logging.getLogger()
    handlers = list(root.handlers)
    level = root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
