"""The embedded servers, really run: they start, serve, stop, and survive what a laptop does to
them.
"""

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGKILL

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.structs import TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from floorpulse.demo.embedded import (
    Broker,
    EmbeddedExtraMissingError,
    EmbeddedServerError,
    Postgres,
)
from floorpulse.demo.embedded.child import wheel, wheel_folder

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
OWNER_THAT_IS_KILLED = """
import asyncio, sys
from pathlib import Path
from floorpulse.demo.embedded import Broker, Postgres

async def own():
    postgres = Postgres(Path(sys.argv[1]))
    broker = Broker(Path(sys.argv[1]) / "broker.log")
    await postgres.start()
    await broker.start()
    print(postgres.dsn, postgres.pid, broker.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(own())
"""


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data directory for the tests that may find another's data; making one takes seconds."""
    return tmp_path_factory.mktemp("state")


@asynccontextmanager
async def connection(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(dsn)
    try:
        yield opened
    finally:
        await opened.close()


async def write_note(dsn: str, note: str) -> None:
    async with connection(dsn) as database:
        await database.execute("DROP TABLE IF EXISTS notes")
        await database.execute("CREATE TABLE notes (note text)")
        await database.execute("INSERT INTO notes VALUES ($1)", note)


async def notes(dsn: str) -> list[str]:
    async with connection(dsn) as database:
        return [row["note"] for row in await database.fetch("SELECT note FROM notes ORDER BY note")]


def alive(pid: int) -> bool:
    psutil = wheel("psutil")
    return bool(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)


async def gone(*pids: int) -> None:
    async with asyncio.timeout(30):
        while any(alive(pid) for pid in pids):  # noqa: ASYNC110  the end of other people's children is no event
            await asyncio.sleep(0.05)


class TestPostgres:
    async def test_serves_its_own_database_to_asyncpg_and_sqlalchemy(self, state: Path) -> None:
        async with Postgres(state) as postgres:
            async with connection(postgres.dsn) as database:
                version = await database.fetchval("SHOW server_version_num")
                durable = await database.fetch(
                    "SELECT setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit')"
                )
            engine = create_async_engine(postgres.dsn.replace("postgresql:", "postgresql+asyncpg:"))
            async with engine.connect() as database_too:
                name = (await database_too.execute(text("SELECT current_database()"))).scalar_one()
            await engine.dispose()

        assert int(version) // 10000 == 18
        assert [row["setting"] for row in durable] == ["on", "on"]
        assert name == "floorpulse"

    async def test_resumes_its_data_and_port_after_a_stop(self, state: Path) -> None:
        postgres = Postgres(state)
        await postgres.start()
        first_dsn = postgres.dsn
        await write_note(first_dsn, "kept")
        await postgres.stop()
        await postgres.start()

        kept = await notes(first_dsn)
        await postgres.stop()

        assert kept == ["kept"]

    async def test_keeps_what_was_committed_when_the_server_is_killed(self, state: Path) -> None:
        postgres = Postgres(state)
        await postgres.start()
        async with connection(postgres.dsn) as idle:
            await write_note(postgres.dsn, "committed")
            os.kill(postgres.pid, SIGKILL)
            code = await postgres.wait()
            await postgres.start()
            kept = await notes(postgres.dsn)
            idle.terminate()
        await postgres.stop()

        assert code == -SIGKILL
        assert kept == ["committed"]

    async def test_starts_when_a_stranger_has_the_process_id_of_its_stale_lock(
        self, state: Path
    ) -> None:
        async with Postgres(state) as postgres:
            await write_note(postgres.dsn, "kept")
            os.kill(postgres.pid, SIGKILL)
            await postgres.wait()
        stranger = await asyncio.create_subprocess_exec("sleep", "60")
        lock = state / "postgres" / "postmaster.pid"
        _, _, rest = lock.read_text().partition("\n")
        lock.write_text(f"{stranger.pid}\n{rest}")

        async with Postgres(state) as postgres:
            kept = await notes(postgres.dsn)
        spared = stranger.returncode is None
        stranger.kill()
        await stranger.wait()

        assert kept == ["kept"]
        assert spared

    async def test_stops_a_server_whose_owner_is_gone_and_resumes_its_data(
        self, state: Path
    ) -> None:
        async with Postgres(state) as first:
            await write_note(first.dsn, "kept")
            assert first._lock is not None
            first._lock.close()  # as a dead owner's would be

            async with Postgres(state) as second:
                await asyncio.wait_for(first.wait(), 10)
                kept = await notes(second.dsn)

        assert kept == ["kept"]

    async def test_refuses_a_directory_that_is_in_use(self, state: Path) -> None:
        async with Postgres(state) as postgres:
            with pytest.raises(EmbeddedServerError, match="another process uses the database"):
                await Postgres(state).start()

            await write_note(postgres.dsn, "undisturbed")

    async def test_runs_in_a_deep_closed_folder_without_opening_it(self, tmp_path: Path) -> None:
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        deep = closed / ("d" * 60) / ("e" * 60)

        async with Postgres(deep) as postgres:
            await write_note(postgres.dsn, "deep")
            modes = [
                stat.S_IMODE(folder.stat().st_mode)
                for folder in (closed, deep, deep / "postgres", deep / "postgres-password")
            ]

        assert modes == [0o700, 0o700, 0o700, 0o600]

    async def test_says_so_when_the_password_is_lost(self, state: Path) -> None:
        async with Postgres(state):
            pass
        password = (state / "postgres-password").rename(state / "mislaid")

        with pytest.raises(EmbeddedServerError, match="postgres-password is missing"):
            await Postgres(state).start()
        password.rename(state / "postgres-password")

    async def test_begins_again_after_an_interrupted_first_start(self, tmp_path: Path) -> None:
        half_made = tmp_path / "postgres.new"
        half_made.mkdir()
        (half_made / "PG_VERSION").write_text("18\n")

        async with Postgres(tmp_path) as postgres:
            await write_note(postgres.dsn, "fresh")


class TestBroker:
    async def test_carries_records(self, tmp_path: Path) -> None:
        async with Broker(tmp_path / "broker.log") as broker:
            await create_topic(broker.bootstrap)
            await send(broker.bootstrap, b"one", b"two")

            assert await first_records(broker.bootstrap, 2) == [b"one", b"two"]

    async def test_is_a_new_log_at_the_same_address_after_a_restart(self, tmp_path: Path) -> None:
        broker = Broker(tmp_path / "broker.log")
        await broker.start()
        before = (broker.log_id, broker.pid)
        address = broker.bootstrap
        await create_topic(address)
        await broker.stop()
        await broker.start()

        topics = await topic_names(address)
        after = (broker.log_id, broker.pid)
        await broker.stop()

        assert topics == []
        assert before[0] != after[0]
        assert before[1] != after[1]

    async def test_tells_when_it_dies(self, tmp_path: Path) -> None:
        async with Broker(tmp_path / "broker.log") as broker:
            os.kill(broker.pid, SIGKILL)

            assert await broker.wait() == -SIGKILL

    async def test_cannot_be_mistaken_for_another_on_the_same_port(self, tmp_path: Path) -> None:
        async with Broker(tmp_path / "first.log") as first:
            port = int(first.bootstrap.rpartition(":")[2])

            with pytest.raises(EmbeddedServerError, match="Address in use"):
                await Broker(tmp_path / "second.log", port=port).start()

    async def test_says_so_when_it_was_not_started(self, tmp_path: Path) -> None:
        with pytest.raises(EmbeddedServerError, match="not started"):
            await Broker(tmp_path / "broker.log").wait()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
async def test_both_servers_end_with_a_killed_owner_and_the_data_stays(state: Path) -> None:
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER_THAT_IS_KILLED, str(state), cwd=ROOT, stdout=subprocess.PIPE
    )
    assert owner.stdout is not None
    dsn, *pids = (await owner.stdout.readline()).decode().split()
    await write_note(dsn, "kept")

    owner.kill()
    await owner.communicate()
    await gone(*map(int, pids))

    async with Postgres(state) as postgres:
        assert await notes(postgres.dsn) == ["kept"]


def test_a_missing_extra_is_named() -> None:
    for look in (wheel, wheel_folder):
        with pytest.raises(
            EmbeddedExtraMissingError, match=r"pip install 'floorpulse\[embedded\]'"
        ):
            look("no_such_wheel")


async def create_topic(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic("notes", 1, 1)])
    finally:
        await admin.close()


async def topic_names(bootstrap: str) -> list[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return list(await admin.list_topics())
    finally:
        await admin.close()


async def send(bootstrap: str, *values: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for value in values:
            await producer.send_and_wait("notes", value)


async def first_records(bootstrap: str, count: int) -> list[bytes]:
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        partition = TopicPartition("notes", 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        return [(await asyncio.wait_for(consumer.getone(), 10)).value for _ in range(count)]
