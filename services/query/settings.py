"""What an operator of the KPI API may set."""

from typing import Annotated

from pydantic import BaseModel, Field, SecretStr

from floorpulse.definitions.settings import DefinitionsSettings
from floorpulse.runtime.settings import Settings


class ApiSettings(BaseModel):
    """How the API answers. `FLOORPULSE_API__…`"""

    host: str = Field(
        "127.0.0.1",
        description="address to listen on; another than loopback shows the floor to the network, "
        "keys still needed",
    )
    port: int = Field(8000, ge=0, le=65_535, description="port to listen on")
    open_tenant: str | None = Field(
        None,
        description="tenant that callers on loopback may read without a key: for a demo on a "
        "laptop only",
    )
    session_secret: SecretStr | None = Field(
        None,
        description="signs the cookie of wall and desk; unset: no sessions. Change it to end all",
    )
    stale_seconds: float = Field(
        10,
        gt=1,
        description="seconds that a partition may be silent or behind before figures are marked "
        "stale",
    )
    silence_seconds: float = Field(
        900,
        ge=0,
        description="silence of a source, far longer than usual, after which figures of queues it "
        "feeds are stale; 0: never",
    )
    page_rows: int = Field(5000, ge=1, description="rows of one answer unless asked otherwise")
    most_rows: int = Field(
        20_000,
        ge=1,
        description="most rows of one answer; more memory and longer pauses for others above",
    )
    page_visits: Annotated[
        int, Field(ge=1, description="visits of one answer unless asked otherwise")
    ] = 200
    most_visits: Annotated[int, Field(ge=1, description="most visits of one answer")] = 2000
    most_queues: int = Field(
        2000,
        ge=1,
        description="queues and channels of a tenant that live figures tell apart, those known "
        "first; further queues are counted "
        "together in one named __other__, history keeps them all",
    )
    most_agents: int = Field(
        20_000,
        ge=1,
        description="agents of a tenant that are listed by name, those known first; further ones "
        "are counted like all others",
    )
    most_streams: int = Field(
        500, ge=1, description="open event streams of one process; further ones are answered 503"
    )
    metrics_open: bool = Field(
        False,
        description="serve /metrics without the scope metrics:read; it shows every tenant's "
        "figures",
    )
    most_series: int = Field(
        10_000,
        ge=100,
        description="series of the floor on /metrics, shared fairly among tenants; a tenant's "
        "further queues are folded into __other__",
    )
    statement_seconds: float = Field(
        30,
        gt=0,
        le=60,
        description="time limit of a statement in PostgreSQL; a question that meets it is "
        "answered 503",
    )
    lookup_seconds: float = Field(
        5,
        gt=0,
        le=60,
        description="longest that live figures wait for what only the tables know; beyond it "
        "those KPIs have no value",
    )
    metrics_seconds: float = Field(
        1,
        gt=0,
        le=60,
        description="longest that /metrics waits for what only the tables know; beyond it those "
        "KPIs are NaN; keep it well below Prometheus' scrape_timeout",
    )


class QuerySettings(Settings):
    """All settings of `floorpulse api`."""

    api: ApiSettings = ApiSettings()
    definitions: DefinitionsSettings = DefinitionsSettings()
