"""Writes reports: parses whom and when, reads each part, and puts the whole together."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from floorpulse.board.domain.positions import lowest_watermark
from floorpulse.contracts.events import Channel
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.names import name_in
from floorpulse.figures.corrections.figures import Corrections
from floorpulse.figures.corrections.store import PostgresCorrections
from floorpulse.figures.history.figures import PastFigures, Tables
from floorpulse.figures.ports import Positions
from floorpulse.figures.targets.figures import Targets
from floorpulse.figures.tenant_view import Floors, TenantView
from floorpulse.figures.timestamps import text, text_or_none
from floorpulse.figures.turns import Turns
from floorpulse.figures.visits.drilldown import Drilldown
from floorpulse.figures.visits.store import PostgresVisits
from floorpulse.reports.contents import corrections, misses, promises, tables
from floorpulse.reports.contents.annotations import Annotation, Annotations
from floorpulse.reports.contents.asking import Scope
from floorpulse.reports.contents.incidents import PastIncidents
from floorpulse.reports.domain.report_periods import Period, period_named
from floorpulse.reports.domain.report import (
    FORMAT,
    AnnotationTold,
    Names,
    PeriodTold,
    Report,
    Stretch,
    Subject,
    Whom,
)
