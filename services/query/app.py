"""The running use cases of the API, each found by its type, and what the answers of all share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from floorpulse.definitions.app import Reload
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.query.metrics import QueryMetrics
from floorpulse.runtime.by_type import FoundByType


@dataclass(frozen=True)
class RowLimits:
    """Rows of one answer: unless asked otherwise, and at most."""

    rows: int
    most_rows: int
    visits: int
    most_visits: int
    streams: int


@dataclass(frozen=True)
class Health:
    """Whether the process can answer.

    `unready` says why it cannot answer now, None when it can; `alive` is False after a defect that
    only a restart heals; `reload` is how the last reload of the definitions went.
    """

    loaded: Callable[[], bool]
    unready: Callable[[], Awaitable[str | None]]
    alive: Callable[[], bool]
    reload: Callable[[], Reload]


@dataclass(frozen=True)
class Answering:
    """What the answers of all routes share."""

    floors: Floors
    turns: Turns
    limits: RowLimits
    metrics: QueryMetrics
    health: Health

    def counted(self, route: str, rows: int) -> None:
        """A route answered so many rows."""
        self.metrics.rows.labels(route).inc(rows)


class UseCases(FoundByType):
    """The running use cases: one of each type."""

    def __init__(self, answering: Answering, *running: object) -> None:
        self.answering = answering
        super().__init__(*running)
