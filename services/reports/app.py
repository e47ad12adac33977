"""What the routes of reports answer with: the floor that the API keeps, the tables, and the running
use cases, each found by its type.
"""

from collections.abc import Callable
from dataclasses import dataclass

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.figures.forecasts.keeper import ForecastStore
from floorpulse.figures.history.figures import Tables
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.runtime.by_type import FoundByType


@dataclass(frozen=True, kw_only=True)
class ReportSurface:
    """What reports stand on: `pool` reads history, `engine` keeps what is signed; `loaded` says
    whether floor and definitions are, `link` is the public address, empty where none is known.
    """

    engine: AsyncEngine
    pool: asyncpg.Pool
    floors: Floors
    turns: Turns
    tables: Tables
    forecasts: ForecastStore
    loaded: Callable[[], bool]
    link: str = ""


class ReportParts(FoundByType):
    """The running use cases: one of each type, over one surface."""

    def __init__(self, surface: ReportSurface, *running: object) -> None:
        self.surface = surface
        super().__init__(*running)
