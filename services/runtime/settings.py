"""Settings shared by all processes, read from `FLOORPULSE_…` environment variables; a group's name
ends in two underscores.
"""

from typing import Literal

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class KafkaSettings(BaseModel):
    """Where the log is. `FLOORPULSE_KAFKA__…`"""

    bootstrap_servers: str = Field("127.0.0.1:9092", description="comma-separated host:port")
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
        "zstd", description="of record batches"
    )


class DatabaseSettings(BaseModel):
    """Where the truth is. `FLOORPULSE_DATABASE__…`"""

    url: SecretStr = Field(
        SecretStr("postgresql://floorpulse@127.0.0.1:5432/floorpulse"),
        description="PostgreSQL 15 or later",
    )
    pool: int = Field(8, ge=1, description="connections of one process")


class LogSettings(BaseModel):
    """What processes say. `FLOORPULSE_LOG__…`"""

    level: Literal["debug", "info", "warning", "error"] = "info"
    json_lines: bool = Field(False, description="one JSON object a line instead of text")


class FloorSettings(BaseModel):
    """Defaults of figures until definitions say otherwise. `FLOORPULSE_FLOOR__…`"""

    zone: str = Field("UTC", description="IANA time zone of days and intervals")
    max_wait_seconds: int = Field(
        4 * 3600, gt=0, description="a visit without outcome beyond this is unresolved, not waiting"
    )
    max_conversation_seconds: int = Field(
        4 * 3600,
        gt=0,
        description="an answered visit without an end beyond this is not in progress",
    )
    pane_seconds: int = Field(
        60, description="length of a pane; divides 300; fixed once events were counted"
    )


class Settings(BaseSettings):
    """Base of every process's settings."""

    model_config = SettingsConfigDict(
        env_prefix="FLOORPULSE_", env_nested_delimiter="__", extra="ignore"
    )

    kafka: KafkaSettings = KafkaSettings()
    database: DatabaseSettings = DatabaseSettings()
    log: LogSettings = LogSettings()
    floor: FloorSettings = FloorSettings()
