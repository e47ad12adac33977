"""Words about what the world around a process does to it."""

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError
from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError

from floorpulse.access.error_messages import Unreachable, about, variable
from floorpulse.runtime.settings import DatabaseSettings, KafkaSettings, Settings

SETTINGS = Settings(
    kafka=KafkaSettings(bootstrap_servers="kafka:9092"),
    database=DatabaseSettings(url=SecretStr("postgresql://floorpulse:hunter2@db:5432/floorpulse")),
)


def test_a_path_of_settings_is_its_variable() -> None:
    assert variable(("kafka", "bootstrap_servers")) == "FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS"
    assert (
        variable(("ingest", "customer_keys", 0, "secret"))
        == "FLOORPULSE_INGEST__CUSTOMER_KEYS (item 0.secret)"
    )


def test_kafka_away_is_told_with_its_address_and_variable() -> None:
    said = about(KafkaConnectionError("no brokers"), SETTINGS)

    assert "Kafka at kafka:9092" in said
    assert "FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS" in said


def test_a_wrong_password_is_told_without_the_password() -> None:
    said = about(asyncpg.InvalidPasswordError("password authentication failed"), SETTINGS)

    assert "PostgreSQL at postgresql://floorpulse:***@db:5432/floorpulse" in said
    assert "FLOORPULSE_DATABASE__URL" in said


@pytest.mark.parametrize("wrapped", [False, True])
def test_missing_tables_call_for_a_migration(wrapped: bool) -> None:  # noqa: FBT001  a case
    missing = asyncpg.UndefinedTableError('relation "api_key" does not exist')

    assert "floorpulse migrate" in about(
        DBAPIError("SELECT", {}, missing) if wrapped else missing, SETTINGS
    )


def test_a_failure_within_a_group_is_found() -> None:
    assert "Kafka at" in about(TimeoutError(), SETTINGS)
    group = ConnectionError("both")
    group.__cause__ = ExceptionGroup("some", [KafkaConnectionError("no brokers")])

    assert "FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS" in about(group, SETTINGS)


def test_a_refused_connection_names_both_servers() -> None:
    said = about(ConnectionRefusedError(111, "Connection refused"), SETTINGS)

    assert said == (
        "Kafka at kafka:9092 or PostgreSQL at postgresql://floorpulse:***@db:5432/floorpulse "
        "cannot be reached: "
        "ConnectionRefusedError: [Errno 111] Connection refused"
    )


def test_a_file_is_told_by_its_name() -> None:
    assert (
        about(FileNotFoundError(2, "No such file or directory", "letters"), SETTINGS)
        == "letters: No such file or directory"
    )


def test_what_is_in_words_already_stays() -> None:
    assert about(Unreachable("it is away"), SETTINGS) == "it is away"
    assert about(ConnectionError("it is away"), None) == "it is away"
    assert about(RuntimeError("our own words"), SETTINGS) == "our own words"
