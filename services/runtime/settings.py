"""Settings shared by all processes, read from `FLOORPULSE_…` environment variables; a group's name
ends in two underscores.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from floorpulse.runtime import addresses

PREFIX = "FLOORPULSE_"
DELIMITER = "__"
NO_PREFIX = "="
"""A prefix that no environment variable can have"""


def _url(value: SecretStr) -> SecretStr:
    addresses.postgresql_url(value.get_secret_value())
    return value


class KafkaSettings(BaseModel):
    """Where the log is. `FLOORPULSE_KAFKA__…`"""

    bootstrap_servers: Annotated[str, AfterValidator(addresses.bootstrap_servers)] = Field(
        "127.0.0.1:9092", description="addresses of Kafka's brokers, host:port, comma-separated"
    )
    log_id: str | None = Field(
        None,
        description="identity of the log; unset: the id of the topic contact-events, as the "
        "broker tells it",
    )
    replication: int = Field(1, ge=1, description="replicas of topics that Floorpulse creates")
    idempotence: bool = Field(
        True,
        description="use the idempotent producer; off only for brokers without it: a record may "
        "then stand in the log twice",
    )
    compression: Literal["none", "gzip", "snappy", "lz4", "zstd"] = Field(
        "zstd", description="compression of record batches"
    )


class DatabaseSettings(BaseModel):
    """Where the truth is. `FLOORPULSE_DATABASE__…`"""

    url: Annotated[SecretStr, AfterValidator(_url)] = Field(
        SecretStr("postgresql://floorpulse@127.0.0.1:5432/floorpulse"),
        description="address of PostgreSQL 15 or later, postgresql://user:password@host:port/name",
    )
    pool: int = Field(8, ge=1, description="connections of one process")


class LogSettings(BaseModel):
    """What processes say. `FLOORPULSE_LOG__…`"""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="from which level on a process speaks; debug: libraries too"
    )
    json_lines: bool = Field(False, description="one JSON object a line instead of text")
    build: str = Field(
        "",
        description="which build this is, as the log, traces and `floorpulse version` tell it; the "
        "image sets it",
    )


class TracingSettings(BaseModel):
    """Where spans go. `FLOORPULSE_TRACING__…`"""

    endpoint: str | None = Field(
        None,
        pattern="^https?://",
        description="address of a collector that takes OTLP over HTTP, "
        "http://collector:4318/v1/traces; unset: no traces; needs the extra otel",
    )
    share: float = Field(
        0.01,
        ge=0,
        le=1,
        description="share of requests that are traced, of 1; those of clients that trace "
        "themselves go by what the client decided",
    )


class FloorSettings(BaseModel):
    """Defaults of figures until definitions say otherwise. `FLOORPULSE_FLOOR__…`"""

    zone: str = Field("UTC", description="IANA time zone of days and intervals")
    max_wait_seconds: int = Field(
        4 * 3600,
        gt=0,
        description="a call without outcome beyond this is unresolved, not waiting, unless the "
        "definitions of its channel say otherwise",
    )
    max_conversation_seconds: int = Field(
        4 * 3600,
        gt=0,
        description="an answered call without an end beyond this is not in progress, unless the "
        "definitions of its channel say otherwise",
    )
    pane_seconds: int = Field(
        60, description="length of a pane; divides 300; fixed once events were counted"
    )


class Settings(BaseSettings):
    """Base of every process's settings."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=DELIMITER, extra="ignore"
    )

    kafka: KafkaSettings = KafkaSettings()
    database: DatabaseSettings = DatabaseSettings()
    log: LogSettings = LogSettings()
    tracing: TracingSettings = TracingSettings()
    floor: FloorSettings = FloorSettings()


S = TypeVar("S", bound=Settings)


class GivenVariables(EnvSettingsSource):
    """What given variables say, as if they were the environment; `()` reads them into groups."""

    def __init__(self, model: type[BaseSettings], variables: Mapping[str, str] | None) -> None:
        super().__init__(model)
        if variables is not None:
            self.env_vars = {name.lower(): value for name, value in variables.items()}


def read(model: type[S], variables: Mapping[str, str] | None = None) -> S:
    """Settings from `variables` alone; from the environment where none are given.

    Raises pydantic's ValidationError and pydantic_settings' SettingsError.
    """
    if variables is None:
        return model()
    return model(_env_prefix=NO_PREFIX, **GivenVariables(model, variables)())
