"""What went wrong at the border of a process, in words an operator can act on: settings, ports,
servers that are away.
"""

import errno
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack

import asyncpg
from aiokafka.errors import KafkaError
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsError

from floorpulse.runtime.database import CONNECT_WITHIN, dsn, raised_by_clients, shown_address
from floorpulse.runtime.kafka import NoIdempotentProducer
from floorpulse.runtime.kafka_access import KafkaRefuses
from floorpulse.runtime.settings import DatabaseSettings, Settings
from floorpulse.runtime.unavailable import StoreUnavailable

PREFIX = "FLOORPULSE"
SECRETIVE = {
    "url", "secret", "session_secret", "customer_keys", "sasl_password", "ssl_key_password",
}  # fmt: skip
SHOWN = 60
NO_TABLES = ("42P01", "3F000")
SESSION = "SELECT pg_backend_pid()"
LENT = (asyncpg.DuplicatePreparedStatementError, asyncpg.InvalidSQLStatementNameError)
"""What a statement meets that was prepared in a session of somebody else's"""
IN_WORDS = (NoIdempotentProducer, KafkaRefuses)
"""What says itself what to do"""


class PortTaken(Exception):  # noqa: N818  it says what happened
    """Somebody else listens there, or nobody may."""


class Unreachable(ConnectionError):  # noqa: N818  it says what happened
    """A server is away; the message is already in words."""


def of_postgres() -> tuple[type[Exception], ...]:
    """What PostgreSQL does to this process."""
    return (*raised_by_clients(), StoreUnavailable)


def outside() -> tuple[type[Exception], ...]:
    """What the servers around a process do to it; the rest are defects of ours."""
    return (KafkaError, *of_postgres(), OSError, TimeoutError)


# ---------------------------------------------------------------- settings


def about_settings(wrong: ValidationError | SettingsError, model: type[Settings]) -> list[str]:
    """One line for each setting that cannot be used: the variable, what was wrong, what it is
    for.
    """
    if isinstance(wrong, SettingsError):
        return [_about_json(wrong)]
    return [_about_setting(one, model) for one in wrong.errors()]


def _about_json(wrong: SettingsError) -> str:
    """The library names only the group, not the variable in it."""
    named = re.search(r'field "(\w+)"', str(wrong))
    where = f"a variable {PREFIX}_{named[1].upper()}__…" if named else str(wrong)
    return (
        f"{where} holds a list or group that is no JSON ({wrong.__cause__}): write it like "
        '\'["a", "b"]\''
    )


def variable(path: Sequence[int | str]) -> str:
    """The environment variable of a setting; a place inside a list stands behind it."""
    names = [step for step in path if isinstance(step, str)]
    cut = next((n for n, step in enumerate(path) if isinstance(step, int)), len(path))
    inside = f" (item {'.'.join(map(str, path[cut:]))})" if cut < len(path) else ""
    return (
        "__".join([PREFIX, *names[:cut]]).upper().replace(f"{PREFIX}__", f"{PREFIX}_", 1) + inside
    )


def _about_setting(error: ErrorDetails, model: type[Settings]) -> str:
    path = error["loc"]
    message = error["msg"].removeprefix("Value error, ")
    if (
        not path or path[0] not in model.model_fields
    ):  # of all settings together, or of a group that was left to its default
        return message
    field = _field(model, path)
    purpose = f"; it is: {field.description}" if field and field.description else ""
    return f"{variable(path)}: {_within(message)}{_shown(error, path)}{purpose}"


def _within(message: str) -> str:
    """A message as it stands inside a sentence; names stay as they are."""
    return message[:1].lower() + message[1:] if message[1:2].islower() else message


def _shown(error: ErrorDetails, path: Sequence[int | str]) -> str:
    """The value that was refused, unless it is a secret or our own words name what is wrong."""
    value = error["input"]
    secretive = SECRETIVE & set(path) or any("secret" in str(step) for step in path)
    if secretive or not isinstance(value, str) or error["type"] == "value_error":
        return ""
    return f", not {value[:SHOWN]!r}"


def _field(model: type[BaseModel], path: Sequence[int | str]) -> FieldInfo | None:
    """The setting at the end of `path`, as far as groups go."""
    field: FieldInfo | None = None
    inner: object = model
    for step in path:
        if not (
            isinstance(inner, type) and issubclass(inner, BaseModel) and step in inner.model_fields
        ):
            break
        field = inner.model_fields[str(step)]
        inner = field.annotation
    return field


# ---------------------------------------------------------------- the world around


def about(wrong: BaseException, settings: Settings | None) -> str:
    """What an exception that is no defect of ours says: about a file, about the servers of
    `settings`, or its own words.
    """
    if isinstance(wrong, OSError) and wrong.filename is not None:
        return f"{wrong.filename}: {wrong.strerror}"
    if settings is None or not isinstance(wrong, outside()) or isinstance(wrong, Unreachable):
        return str(wrong)
    return about_servers(wrong, settings)


def about_servers(wrong: BaseException, settings: Settings) -> str:
    """What an exception of `outside` says about the servers of `settings`, and what to do;
    addresses without passwords.
    """
    kafka = f"Kafka at {settings.kafka.bootstrap_servers}"
    database = f"PostgreSQL at {shown_address(settings.database)}"
    chain = list(_causes(wrong))
    if any(getattr(one, "sqlstate", None) in NO_TABLES for one in chain):
        return (
            f"{database} has no tables of Floorpulse: run `floorpulse migrate` first "
            f"({_words(wrong)})"
        )
    refused = next((one for one in chain if isinstance(one, IN_WORDS)), None)
    if refused is not None:
        return str(refused.args[0])
    if any(isinstance(one, KafkaError) for one in chain):
        return (
            f"{kafka} does not do what is needed: {_words(wrong)}. Is it running? Set "
            "FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS"
        )
    if any(isinstance(one, of_postgres()) for one in chain):
        return (
            f"{database} does not do what is needed: {_words(wrong)}. See FLOORPULSE_DATABASE__URL"
        )
    return f"{kafka} or {database} cannot be reached: {_words(wrong)}"


async def expect_database(settings: DatabaseSettings) -> None:
    """Connect; Unreachable says what to do where that fails, before anything is started."""
    where = f"PostgreSQL at {shown_address(settings)}"
    try:
        keeps_sessions = await _keeps_sessions(settings)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as wrong:
        message = f"{where} cannot be reached: {_words(wrong)}. See FLOORPULSE_DATABASE__URL"
        raise Unreachable(message) from wrong
    if not keeps_sessions:
        message = (
            f"{where} is behind a pooler that gives each transaction another session: set "
            "pool_mode = session in PgBouncer for this database, or go past it with "
            "FLOORPULSE_DATABASE__URL"
        )
        raise Unreachable(message)


async def _keeps_sessions(settings: DatabaseSettings) -> bool:
    """Whether a connection is one session, with its locks, settings and prepared statements. A
    pooler that lends sessions lends the first one's to the second, and then needs another.
    """
    async with AsyncExitStack() as opened:
        first, second = [await _connected(settings, opened) for _ in range(2)]
        try:
            session = await first.fetchval(SESSION)
            async with second.transaction():
                await second.fetchval(SESSION)
                return bool(await first.fetchval(SESSION) == session)
        except LENT:
            return False


async def _connected(settings: DatabaseSettings, opened: AsyncExitStack) -> asyncpg.Connection:
    connection = await asyncpg.connect(dsn(settings), timeout=CONNECT_WITHIN)
    opened.push_async_callback(connection.close)
    return connection


def expect_free(host: str, port: int, remedy: str) -> None:
    """Raise PortTaken, with `remedy` as what to do, where a server could not listen."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
            probe.listen()
    except OSError as wrong:
        why = (
            "another program listens there"
            if wrong.errno == errno.EADDRINUSE
            else wrong.strerror or str(wrong)
        )
        message = f"cannot listen on {host}:{port}: {why}; {remedy}"
        raise PortTaken(message) from wrong


def _words(wrong: BaseException) -> str:
    name = type(wrong).__name__
    text = str(wrong).strip()
    return f"{name}: {text.removeprefix(f'{name}: ').splitlines()[0]}" if text else name


def _causes(wrong: BaseException | None) -> Iterator[BaseException]:
    """The exception, those of a group, and what caused them."""
    while wrong is not None:
        yield wrong
        if isinstance(wrong, BaseExceptionGroup):
            for one in wrong.exceptions:
                yield from _causes(one)
        origin = getattr(wrong, "orig", None)
        wrong = wrong.__cause__ or (origin if isinstance(origin, BaseException) else None)
