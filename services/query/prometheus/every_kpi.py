"""Every KPI of every tenant's whole floor as Prometheus metrics, and how busy each queue's agents
are: the figures of `GET /v1/kpis`.
"""

import asyncio
from collections.abc import Collection, Iterable

from floorpulse.board.domain.windows import Window
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.figures import LiveFigures, Served
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import LiveRow, Question
from floorpulse.figures.selection import By, Selection
from floorpulse.kpis.catalogue import CATALOGUE
from floorpulse.query.prometheus.exposition import escaped
from floorpulse.query.prometheus.folding import OTHER, Fold, Folds
from floorpulse.query.prometheus.metric_names import FLOOR_FAMILIES

EVERYTHING = Question((*CATALOGUE.values(), *CATALOGUE["service_level"].in_variants()), AS_IN_FORCE)
"""Service level under each formula beside that of the definitions: so they can be compared"""
WINDOW = Window.M15
FAMILIES = "contactcenter_kpi", "contactcenter_kpi_sample_size", "contactcenter_occupancy_ratio"


class WholeFloors:
    """Answers from the live figures."""

    def __init__(self, live: LiveFigures) -> None:
        self._live = live

    async def text(self, folds: Folds, until: float) -> str:
        """The families of `FAMILIES` in the text format of Prometheus, of the tenants of `folds`.

        NaN is also what had to be looked up and is not there at `until` (monotonic seconds); all
        tenants are looked up side by side.
        """
        floors = await asyncio.gather(*(self._rows(tenant, until) for tenant in folds))
        rows = [row for floor in floors for row in floor]
        busy = await asyncio.gather(
            *(self._busy(tenant, fold, until) for tenant, fold in folds.items())
        )
        values = [_sample("contactcenter_kpi", _of_floor(row), row.value) for row in rows]
        sizes = [
            _sample("contactcenter_kpi_sample_size", _of_floor(row), row.denominator)
            for row in rows
            if row.denominator is not None
        ]
        occupied = [line for lines in busy for line in lines]
        return "".join(
            _family(name, lines)
            for name, lines in zip(FAMILIES, (values, sizes, occupied), strict=True)
        )

    async def _rows(self, tenant: str, until: float) -> list[LiveRow]:
        return await self._live.rows(
            LiveQuery(Selection(tenant, by=By.TOTAL), WINDOW, EVERYTHING), until
        )

    async def _busy(self, tenant: str, fold: Fold, until: float) -> list[str]:
        groups: dict[str, Collection[str]] = {queue: (queue,) for queue in fold.queues}
        if fold.other_queues:
            groups[OTHER] = fold.other_queues
        shares = await self._live.occupancies(Served(tenant, WINDOW, list(groups.values())), until)
        return [
            _sample("contactcenter_occupancy_ratio", _of_queue(tenant, queue), share)
            for queue, share in zip(groups, shares, strict=True)
        ]


def _family(name: str, lines: Iterable[str]) -> str:
    return f"# HELP {name} {FLOOR_FAMILIES[name].meaning}\n# TYPE {name} gauge\n{''.join(lines)}"


def _of_floor(row: LiveRow) -> str:
    return f'tenant="{escaped(row.tenant)}",kpi="{row.kpi}",window="{row.window}"'


def _of_queue(tenant: str, queue: str) -> str:
    return f'tenant="{escaped(tenant)}",queue="{escaped(queue)}",window="{WINDOW}"'


def _sample(name: str, labels: str, value: float | None) -> str:
    return f"{name}{{{labels}}} {'NaN' if value is None else value}\n"
