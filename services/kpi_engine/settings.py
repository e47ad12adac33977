"""What an operator may set on an engine worker: `FLOORPULSE_ENGINE__…`."""

from pydantic import BaseModel, Field, model_validator

from services.runtime.settings import Settings


class EngineGroup(BaseModel):
    """Pace and bounds of one worker."""

    group: str = Field("floorpulse-engine", description="consumer group; workers of one installation share it")
    stock_records: bool = Field(False, description="read records one by one instead of whole batches; slower, public API only")
    session_seconds: float = Field(
        6.0, ge=1, le=30, description="a worker silent for this long loses its partitions; 10 on hosts that pause"
    )
    heartbeat_seconds: float = Field(1.0, gt=0, description="how often a worker shows life; it decides how fast hand-overs are")
    flush_seconds: float = Field(1.0, gt=0, description="how often state becomes durable and history shows it")
    publish_seconds: float = Field(0.25, gt=0, description="how often live figures go out")
    slice_records: int = Field(400, ge=1, description="records folded between two looks at other work")
    dirty_rows: int = Field(10_000, ge=1000, description="unflushed rows at which a worker waits for the database; bounds one flush")
    visits_in_memory: int = Field(200_000, ge=1000, description="of one partition; closed ones beyond are loaded again when needed")
    panes_in_memory: int = Field(50_000, ge=1000, description="of one partition; older ones are loaded again when needed")
    allowance_seconds: float = Field(15.0, ge=0, description="disorder of events that the watermark allows for")
    metrics_host: str = Field("127.0.0.1", description="address of this worker's own /metrics")
    metrics_port: int = Field(0, ge=0, description="port of this worker's own /metrics; 0: none")


class EngineSettings(Settings):
    """All settings of `floorpulse engine`."""

    engine: EngineGroup = EngineGroup()

    @model_validator(mode="after")
    def _pane_divides_five_minutes(self) -> "EngineSettings":
        seconds = self.floor.pane_seconds
        if seconds <= 0 or 300 % seconds:
            message = f"FLOORPULSE_FLOOR__PANE_SECONDS is {seconds}; it must divide 300, so that intervals are whole panes"
            raise ValueError(message)
        return self
