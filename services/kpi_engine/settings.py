"""What an operator may set on an engine worker: `FLOORPULSE_ENGINE__…`."""

from typing import Literal

from pydantic import BaseModel, Field, model_validator

from floorpulse.runtime.settings import Settings


class EngineGroup(BaseModel):
    """Pace and bounds of one worker."""

    group: str = Field(
        "floorpulse-engine", description="consumer group; workers of one installation share it"
    )
    stock_records: bool = Field(
        False,
        description="read records one by one instead of whole batches; slower, public API only",
    )
    fold: Literal["auto", "python", "native"] = Field(
        "auto",
        description="who makes the usual steps of the fold, with equal results: the core in C, "
        "built where there is a compiler, or Python; auto: the core where it is built",
    )
    session_seconds: float = Field(
        6.0,
        ge=1,
        le=30,
        description="a worker silent for this long loses its partitions; 10 on hosts that pause",
    )
    heartbeat_seconds: float = Field(
        1.0, gt=0, description="how often a worker shows life; it decides how fast hand-overs are"
    )
    flush_seconds: float = Field(
        1.0, gt=0, description="how often state becomes durable and history shows it"
    )
    publish_seconds: float = Field(
        0.25,
        gt=0,
        description="how often live figures go out at least; every 0.1 s where that is little work",
    )
    slice_records: int = Field(
        1000, ge=1, description="records folded between two looks at other work"
    )
    dirty_rows: int = Field(
        20_000,
        ge=1000,
        description="unflushed rows at which a worker waits for the database; bounds one flush",
    )
    outage_rows: int = Field(
        200_000, ge=1000, description="unflushed rows at which it waits while the database is away"
    )
    visits_in_memory: int = Field(
        50_000,
        ge=1000,
        description="visits of one partition in memory; beyond, those that are over leave",
    )
    panes_in_memory: int = Field(
        50_000,
        ge=1000,
        description="panes of one partition in memory; older ones are loaded again when needed",
    )
    allowance_seconds: float = Field(
        15.0, ge=0, description="disorder of events that the watermark allows for"
    )
    stall_seconds: float = Field(
        120.0,
        ge=0,
        description="a worker that reads nothing for so long although it could ends; 0: never",
    )
    failpoint: str = Field(
        "", description="for proofs: the point at which this worker dies, name or name:n"
    )
    metrics_host: str = Field("127.0.0.1", description="address of this worker's own /metrics")
    metrics_port: int = Field(0, ge=0, description="port of this worker's own /metrics; 0: none")


class RollupGroup(BaseModel):
    """Rollups and corrections, made by the leader. `FLOORPULSE_ROLLUP__…`"""

    seconds: float = Field(
        15.0,
        gt=0,
        description="how often what became final is rolled up, and late changes are merged",
    )


class RetentionGroup(BaseModel):
    """How long rows are kept; for ever, where nothing is set. `FLOORPULSE_RETENTION__…`

    Events older than panes, agents or visits that were deleted become dead letters. Rollups outlive
    their panes.
    """

    panes_days: int | None = Field(
        None,
        ge=40,
        description="how long minutes of figures are kept; whole months go, then only rollups are "
        "left; unset: for ever, as for all of these",
    )
    agents_days: int | None = Field(
        None, ge=40, description="how long agents' states are kept; whole months go"
    )
    visits_days: int | None = Field(
        None, ge=40, description="how long the contacts behind the figures are kept"
    )
    rollups_days: int | None = Field(
        None,
        ge=40,
        description="how long quarter hours, days and months of figures are kept; not below panes",
    )
    corrections_days: int | None = Field(
        None, ge=40, description="how long the record of corrections is kept"
    )
    seconds: float = Field(
        600.0, gt=0, description="how often the leader looks for what is to be deleted"
    )

    def limits(self) -> dict[str, int]:
        """Days by what is kept; only what is limited."""
        names = ("panes", "agents", "visits", "rollups", "corrections")
        return {name: days for name in names if (days := getattr(self, f"{name}_days")) is not None}

    @model_validator(mode="after")
    def _rollups_outlive_panes(self) -> "RetentionGroup":
        if self.rollups_days is not None and (
            self.panes_days is None or self.panes_days > self.rollups_days
        ):
            message = (
                "FLOORPULSE_RETENTION__ROLLUPS_DAYS must not be below PANES_DAYS, which "
                "must be set too: history reads rollups"
            )
            raise ValueError(message)
        return self


class EngineSettings(Settings):
    """All settings of `floorpulse engine`."""

    engine: EngineGroup = EngineGroup()
    rollup: RollupGroup = RollupGroup()
    retention: RetentionGroup = RetentionGroup()

    @model_validator(mode="after")
    def _pane_divides_five_minutes(self) -> "EngineSettings":
        seconds = self.floor.pane_seconds
        if seconds <= 0 or 300 % seconds:
            message = (
                f"FLOORPULSE_FLOOR__PANE_SECONDS is {seconds}; it must divide 300, so that "
                "intervals are whole panes"
            )
            raise ValueError(message)
        return self
