"""Settings of ingest: `FLOORPULSE_INGEST__…`."""

from typing import Self

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator

from floorpulse.definitions.settings import DefinitionsSettings
from floorpulse.runtime.settings import Settings

NO_CUSTOMER_KEY = (
    "set FLOORPULSE_INGEST__CUSTOMER_KEYS, the keys under which customer references are turned "
    "into pseudonyms, the newest first: "
    '[{"name": "2026a", "secret": "…"}], each secret at least 32 characters, for example from '
    "`openssl rand -hex 32`; "
    "keep it: another key makes other pseudonyms of the same customers"
)


class CustomerKeySettings(BaseModel):
    """A named secret; the name stands in front of every pseudonym made with it."""

    name: str = Field(pattern=r"^[a-z0-9-]{1,32}$")
    secret: SecretStr = Field(min_length=32)


class IngestGroup(BaseModel):
    """Limits and keys. `FLOORPULSE_INGEST__…`"""

    host: str = Field(default="127.0.0.1", description="address to listen on; 0.0.0.0 for all")
    port: int = Field(default=8080, ge=0, le=65_535, description="port to listen on")
    max_body_bytes: int = Field(
        default=1024 * 1024,
        ge=1024,
        description="largest body of a request, decompressed; more is answered 413",
    )
    max_events: int = Field(
        default=1000, ge=1, description="most events of a request; more are answered 413"
    )
    max_event_bytes: int = Field(
        default=64 * 1024,
        ge=1024,
        le=64 * 1024,
        description="largest event; a larger one is rejected as too_large",
    )
    max_depth: int = Field(
        default=16,
        ge=2,
        description="levels of nesting in one event; a deeper one is rejected as too_deep",
    )
    max_in_flight_events: int = Field(
        default=20_000,
        ge=1,
        description="most events awaiting Kafka over all requests; more are answered 429",
    )
    max_in_flight_bytes: int = Field(
        default=64 * 1024 * 1024,
        ge=1024,
        description="most bytes of bodies under way; more are answered 429",
    )
    ack_seconds: float = Field(
        default=10.0,
        gt=0,
        description="time within which Kafka must acknowledge; later is answered 503",
    )
    body_seconds: float = Field(
        default=30.0,
        gt=0,
        description="time within which a body must have arrived; later is answered 408",
    )
    customer_keys: tuple[CustomerKeySettings, ...] = Field(
        default=(),
        validate_default=True,
        description="keys under which customer references become pseudonyms, newest first: "
        '[{"name": "2026a", "secret": "…"}], secrets of 32 characters or more; there is no '
        "default, and another key makes other pseudonyms of the same customers",
    )

    @field_validator("customer_keys")
    @classmethod
    def _some_key(cls, keys: tuple[CustomerKeySettings, ...]) -> tuple[CustomerKeySettings, ...]:
        """There is no default: a key that everybody knows, or that changes with every start, is
        none.
        """
        if not keys:
            raise ValueError(NO_CUSTOMER_KEY)
        if len({key.name for key in keys}) < len(keys):
            message = "two customer keys have the same name; pseudonyms could not tell them apart"
            raise ValueError(message)
        return keys

    @model_validator(mode="after")
    def _room_for_one_request(self) -> Self:
        """A request within the limits of one must not be an overload by itself."""
        if (
            self.max_in_flight_events < self.max_events
            or self.max_in_flight_bytes < self.max_body_bytes
        ):
            message = (
                "max_in_flight_events and max_in_flight_bytes must have room for one "
                "request of max_events and max_body_bytes"
            )
            raise ValueError(message)
        return self


class IngestSettings(Settings):
    """Settings of `floorpulse ingest`."""

    ingest: IngestGroup = Field(default_factory=IngestGroup)
    definitions: DefinitionsSettings = DefinitionsSettings()
