"""Settings shared by all processes, read from `FLOORPULSE_…` environment variables; a group's name
ends in two underscores.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from floorpulse.runtime import addresses

PREFIX = "FLOORPULSE_"
DELIMITER = "__"
NO_PREFIX = "="
"""A prefix that no environment variable can have"""


def _url(value: SecretStr) -> SecretStr:
    addresses.postgresql_url(value.get_secret_value())
    return value


_SECURED = {
    ("sasl_", True): "SASL_SSL",
    ("sasl_", False): "SASL_SSL or SASL_PLAINTEXT",
    ("ssl_", True): "SASL_SSL",
    ("ssl_", False): "SSL or SASL_SSL",
}
"""By what was given for nothing, and whether the other half is in use: the protocols that use it"""


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
        "zstd",
        description="compression of record batches; ingest leaves a few small records as they are",
    )
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT",
        description="how brokers are spoken to: SSL encrypts, SASL names a user; SASL_PLAINTEXT "
        "sends the password of PLAIN as it stands",
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "PLAIN", description="how the user proves the password"
    )
    sasl_username: str | None = Field(None, description="user of Kafka; needed with SASL")
    sasl_password: SecretStr | None = Field(None, description="its password; needed with SASL")
    ssl_ca_file: str | None = Field(
        None,
        description="certificates (PEM) of those who sign the brokers'; unset: those that the "
        "system trusts",
    )
    ssl_cert_file: str | None = Field(
        None,
        description="certificate (PEM) that this process shows, with those between it and the "
        "signer, where brokers ask for one; read at the start",
    )
    ssl_key_file: str | None = Field(
        None, description="its key (PEM); unset: it stands in the certificate's file"
    )
    ssl_key_password: SecretStr | None = Field(None, description="password of the key")
    ssl_check_hostname: bool = Field(
        True,
        description="brokers' certificates must name the address that is spoken to; off only "
        "where a provider's do not",
    )

    @property
    def is_encrypted(self) -> bool:
        """Whether brokers are spoken to over TLS."""
        return self.security_protocol.endswith("SSL")

    @property
    def has_user(self) -> bool:
        """Whether brokers are told a user."""
        return self.security_protocol.startswith("SASL")

    @property
    def password(self) -> str | None:
        """The user's password, as it stands."""
        return None if self.sasl_password is None else self.sasl_password.get_secret_value()

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        """What was given for a protocol that is not spoken would protect nothing."""
        if self.has_user and not (self.sasl_username and self.password):
            message = (
                f"{self.security_protocol} needs FLOORPULSE_KAFKA__SASL_USERNAME and "
                "FLOORPULSE_KAFKA__SASL_PASSWORD"
            )
            raise ValueError(message)
        for kind, wanted in (("sasl_", self.has_user), ("ssl_", self.is_encrypted)):
            idle = [
                name
                for name, field in type(self).model_fields.items()
                if name.startswith(kind) and getattr(self, name) != field.default
            ]
            if idle and not wanted:
                message = (
                    f"FLOORPULSE_KAFKA__{idle[0].upper()} is set, but brokers are spoken to over "
                    f"{self.security_protocol}: set FLOORPULSE_KAFKA__SECURITY_PROTOCOL to "
                    f"{_SECURED[kind, self.is_encrypted or self.has_user]}, or leave it out"
                )
                raise ValueError(message)
        if self.ssl_cert_file is None and self.ssl_key_file is not None:
            message = (
                "FLOORPULSE_KAFKA__SSL_KEY_FILE is set without FLOORPULSE_KAFKA__SSL_CERT_FILE"
            )
            raise ValueError(message)
        return self


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
