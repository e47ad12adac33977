"""Every KPI of every tenant's whole floor as Prometheus metrics, and how busy each queue's agents
are: the figures of `GET /v1/kpis`.
"""

import asyncio
from collections.abc import Collection

from floorpulse.board.domain.windows import Window
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.live.occupancy import Occupancies, Served
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import LiveRow, Question
from floorpulse.figures.selection import By, Selection
from floorpulse.kpis.catalogue import CATALOGUE
from floorpulse.query.prometheus.folding import OTHER, Fold, Folds
from floorpulse.query.prometheus.samples import Samples, escaped, owner

EVERYTHING = Question((*CATALOGUE.values(), *CATALOGUE["service_level"].in_variants()), AS_IN_FORCE)
"""Service level under each formula beside that of the definitions: so they can be compared"""
WINDOW = Window.M15


class WholeFloors:
    """Answers from the live figures."""

    def __init__(self, live: LiveFigures) -> None:
        self._live = live
        self._occupancies = Occupancies(live.floors, live.lookup)

    async def tell(self, samples: Samples, folds: Folds, until: float) -> None:
        """Add the figures of the tenants of `folds`.

        NaN is also what had to be looked up and is not there at `until` (monotonic seconds); all
        tenants are looked up side by side.
        """
        floors = await asyncio.gather(*(self._rows(tenant, until) for tenant in folds))
        busy = await asyncio.gather(
            *(self._busy(tenant, fold, until) for tenant, fold in folds.items())
        )
        for row in (row for floor in floors for row in floor):
            _put_row(samples, row)
        for labels, share in (one for occupied in busy for one in occupied):
            samples.put("contactcenter_occupancy_ratio", labels, share)

    async def _rows(self, tenant: str, until: float) -> list[LiveRow]:
        return await self._live.rows(
            LiveQuery(Selection(tenant, by=By.TOTAL), WINDOW, EVERYTHING), until
        )

    async def _busy(self, tenant: str, fold: Fold, until: float) -> list[tuple[str, float | None]]:
        groups: dict[str, Collection[str]] = {queue: (queue,) for queue in fold.queues}
        if fold.other_queues:
            groups[OTHER] = fold.other_queues
        served = Served(tenant, WINDOW, list(groups.values()))
        shares = await self._occupancies.of(served, until)
        return [
            (f'{owner(tenant)},queue="{escaped(queue)}",window="{WINDOW}"', share)
            for queue, share in zip(groups, shares, strict=True)
        ]


def _put_row(samples: Samples, row: LiveRow) -> None:
    labels = f'{owner(row.tenant)},kpi="{row.kpi}",window="{row.window}"'
    samples.put("contactcenter_kpi", labels, row.value)
    if row.denominator is not None:
        samples.put("contactcenter_kpi_sample_size", labels, row.denominator)
