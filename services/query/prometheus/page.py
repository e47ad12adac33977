"""The metrics page: the floor and the process, rendered at most once a second however many scrape
it.

Who comes while it is rendered shares the page, and none takes long: it waits only so long for what
must be looked up.
"""

import asyncio
from collections.abc import Callable

from prometheus_client import generate_latest

from floorpulse.query.metrics import QueryMetrics
from floorpulse.query.prometheus.every_kpi import WholeFloors
from floorpulse.query.prometheus.exposition import Exposition

EVERY = 1.0
PATIENCE = 1.0


class Scrape:
    """Answers of `/metrics`; `monotonic` is seconds, and `patience` how many the page waits for
    what must be looked up.
    """

    def __init__(
        self,
        queues: Exposition,
        floors: WholeFloors,
        metrics: QueryMetrics,
        now: Callable[[], int],
        monotonic: Callable[[], float],
        patience: float = PATIENCE,
    ) -> None:
        """`queues` tells queue by queue, `floors` of whole floors."""
        self._queues = queues
        self._floors = floors
        self._metrics = metrics
        self._now = now
        self._monotonic = monotonic
        self._patience = patience
        self._rendered: tuple[float, bytes] | None = None
        self._rendering: asyncio.Task[bytes] | None = None

    async def page(self) -> bytes:
        """The page in the text format of Prometheus."""
        if self._rendered is not None and self._monotonic() - self._rendered[0] < EVERY:
            return self._rendered[1]
        if self._rendering is None or self._rendering.done():
            self._rendering = asyncio.create_task(self._render(), name="metrics")
        return await asyncio.shield(self._rendering)

    async def _render(self) -> bytes:
        began = self._monotonic()
        now = self._now()
        folds = self._queues.folds(now)
        floor = self._queues.text(now, folds) + await self._floors.text(
            folds, began + self._patience
        )
        self._metrics.render.set(self._monotonic() - began)
        page = floor.encode() + generate_latest(self._metrics.registry)
        self._rendered = began, page
        return page
