"""The Faust side of the worker: the agent on `engine-commands` and what only the leader does.

No tables, no group_by, no exactly_once, no web server (docs/adr/0003): the flood of events does not
pass through here.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

import asyncpg
import faust
import msgspec
import structlog
from aiokafka.errors import KafkaError
from faust.types import StreamT
from faust.types.auth import CredentialsT
from structlog.stdlib import BoundLogger

from floorpulse.contracts.commands import Command
from floorpulse.contracts.letters import Refusal
from floorpulse.contracts.topics import ENGINE_COMMANDS
from floorpulse.kpi_engine.fold.decode import decode
from floorpulse.kpi_engine.kafka.producer import Outgoing
from floorpulse.kpi_engine.settings import EngineGroup
from floorpulse.runtime.kafka_access import tls
from floorpulse.runtime.settings import KafkaSettings

log: BoundLogger = structlog.get_logger(__name__)

_command = msgspec.json.Decoder(Command).decode


@dataclass(frozen=True)
class LeaderTask:
    """Work of the leader, done every `seconds`; it may fail with the database and is done again."""

    name: str
    seconds: float
    work: Callable[[], Awaitable[object]]


def faust_app(
    kafka: KafkaSettings,
    engine: EngineGroup,
    outgoing: Outgoing,
    leader_tasks: Iterable[LeaderTask],
) -> faust.App:
    """The application, not yet started; its consumer group is the engine's with `-commands`
    behind.
    """
    app = faust.App(
        f"{engine.group}-commands",
        broker=[f"kafka://{server}" for server in kafka.bootstrap_servers.split(",")],
        broker_credentials=credentials(kafka),
        store="memory://",
        datadir=Path(gettempdir())
        / "floorpulse-faust",  # Faust insists on making it; without tables nothing goes into it
        web_enabled=False,
        broker_session_timeout=engine.session_seconds,
        broker_heartbeat_interval=engine.heartbeat_seconds,
        broker_rebalance_timeout=10.0,
        broker_request_timeout=40.0,
        stream_wait_empty=False,
        table_standby_replicas=0,
        topic_partitions=ENGINE_COMMANDS.partitions,
        topic_replication_factor=kafka.replication,
        reply_create_topic=False,
        worker_redirect_stdouts=False,
        consumer_auto_offset_reset="earliest",
        producer_acks=-1,
    )
    commands = app.topic(
        ENGINE_COMMANDS.name,
        value_serializer="raw",
        value_type=bytes,
        partitions=ENGINE_COMMANDS.partitions,
    )

    @app.agent(commands)
    async def on_command(stream: StreamT[bytes]) -> None:
        async for value in stream:
            await redrive(value, outgoing)

    for task in leader_tasks:
        app.timer(interval=task.seconds, on_leader=True)(_run(task))
    return app


def credentials(kafka: KafkaSettings) -> CredentialsT | None:
    """How Faust's clients show who they are; None where brokers do not ask."""
    context = tls(kafka)
    if kafka.has_user:
        return faust.SASLCredentials(
            username=kafka.sasl_username,
            password=kafka.password,
            ssl_context=context,
            mechanism=kafka.sasl_mechanism,
        )
    return None if context is None else faust.SSLCredentials(context)


def _run(task: LeaderTask) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        try:
            await task.work()
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as away:
            log.warning("task_waits", task=task.name, error=f"{type(away).__name__}: {away}")

    return run


async def redrive(value: bytes, outgoing: Outgoing) -> None:
    """Carry one command out: send the repaired event again. Idempotent, since merging an event
    twice changes nothing.
    """
    try:
        command = _command(value)
    except msgspec.DecodeError as wrong:
        log.error("command_not_decoded", error=str(wrong))  # noqa: TRY400  its trace says nothing
        return
    event = decode(command.event.encode())
    if isinstance(event, Refusal) or event.tenant != command.tenant:
        log.error(
            "redriven_event_refused",
            tenant=command.tenant,
            refusal=getattr(event, "detail", "it names another tenant"),
        )
        return
    try:
        await outgoing.redrive(event)
    except KafkaError as failed:
        log.error("redriven_event_not_sent", tenant=command.tenant, error=str(failed))  # noqa: TRY400
