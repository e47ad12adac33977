"""The metrics page: the floor and the process, rendered at most once a second however many scrape it."""

import asyncio
from collections.abc import Callable

from prometheus_client import generate_latest

from services.query.app.whole import WholeFloors
from services.query.domain.exposition import Exposition
from services.query.metrics import QueryMetrics

EVERY = 1.0


class Scrape:
    """Answers of `/metrics`; `monotonic` is seconds."""

    def __init__(
        self, pages: tuple[Exposition, WholeFloors], metrics: QueryMetrics, now: Callable[[], int], monotonic: Callable[[], float]
    ) -> None:
        """`pages` are what is told queue by queue, and of whole floors."""
        self._queues, self._floors = pages
        self._metrics = metrics
        self._now = now
        self._monotonic = monotonic
        self._rendered: tuple[float, bytes] | None = None
        self._rendering = asyncio.Lock()

    async def page(self) -> bytes:
        """The page in the text format of Prometheus."""
        async with self._rendering:
            began = self._monotonic()
            if self._rendered is None or began - self._rendered[0] >= EVERY:
                floor = self._queues.text(self._now()) + await self._floors.text()
                self._metrics.render.set(self._monotonic() - began)
                self._rendered = began, floor.encode() + generate_latest(self._metrics.registry)
            return self._rendered[1]
