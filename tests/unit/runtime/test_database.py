"""Addresses of databases, what their clients raise, and the steps of their tables."""

import sys

import asyncpg
import pytest
from alembic.script import ScriptDirectory
from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from floorpulse.migrations import configuration, steps
from floorpulse.runtime.database import away, dsn, raised_by_clients, shown_address
from floorpulse.runtime.settings import DatabaseSettings

ADDRESSES = (
    "postgresql://floorpulse@127.0.0.1:5432/floorpulse",
    "postgres://u:p%40s/s#x?@h/db",
    "postgresql+asyncpg://u:pa ss@[::1]:5433/na%20me?host=/tmp&ssl=x&a=",
    "postgresql://h",
    "postgresql:///db?host=%2Ftmp%2Fx&b=2&a=1&a=0",
    "postgresql://u:@h:5/",
    "postgresql://@h/x",
    "postgresql://u%3A:ä@h/ä/b+c",
    "postgresql://h:05432/x",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_read_as_sqlalchemy_would(address: str) -> None:
    known = make_url(address).set(drivername="postgresql")
    settings = DatabaseSettings(url=SecretStr(address))

    assert dsn(settings) == known.render_as_string(hide_password=False)
    assert shown_address(settings) == known.render_as_string(hide_password=True)


def test_errors_of_either_client_are_those_of_a_database_that_is_away() -> None:
    assert issubclass(asyncpg.PostgresConnectionError, away())
    assert issubclass(TimeoutError, away())
    assert issubclass(SQLAlchemyError, raised_by_clients())
    assert not issubclass(ValueError, away())


def test_only_asyncpg_raises_where_nobody_imported_sqlalchemy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "sqlalchemy.exc")

    assert not issubclass(SQLAlchemyError, away())
    assert issubclass(asyncpg.InterfaceError, away())


def test_the_steps_of_the_tables_are_named_by_their_files() -> None:
    script = ScriptDirectory.from_config(configuration(DatabaseSettings()))

    assert steps() == [one.revision for one in script.walk_revisions()]
