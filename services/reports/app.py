"""What the routes of reports answer with: the floor that the API keeps, the tables, and the running
use cases, each found by its type.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.figures.forecasts.keeper import ForecastStore
from floorpulse.figures.history.figures import Tables
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ReportSurface:
    """What reports stand on: `pool` reads history, `engine` keeps what is signed; `loaded` says
    whether floor and definitions are.
    """

    engine: AsyncEngine
    pool: asyncpg.Pool
    floors: Floors
    turns: Turns
    tables: Tables
    forecasts: ForecastStore
    loaded: Callable[[], bool]


class ReportParts:
    """The running use cases: one of each type, over one surface."""

    def __init__(self, surface: ReportSurface, *running: object) -> None:
        self.surface = surface
        self._running = {type(one): one for one in running}

    def of(self, kind: type[T]) -> T:
        """The one of this type. KeyError where the wiring made none."""
        found = self._running[kind]
        assert isinstance(found, kind)  # noqa: S101  for the type checker: it is kept by its type
        return found
