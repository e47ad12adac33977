"""The metrics page: the floor and the process, rendered at most ten times a second however many
scrape it.

Who comes while it is rendered shares the page, and none takes long: it waits only so long for what
must be looked up. Before the live figures are loaded the page has the process alone.
"""

import asyncio
from collections.abc import Callable

from prometheus_client import CollectorRegistry

from floorpulse.query.metrics import QueryMetrics
from floorpulse.query.prometheus.every_kpi import WholeFloors
from floorpulse.query.prometheus.exposition import Exposition
from floorpulse.query.prometheus.progress import PipelineProgress
from floorpulse.query.prometheus.samples import Samples, TextFormat
from floorpulse.runtime.scraped import ScrapeAccepts

EVERY = 0.1
"""Seconds for which a page is good: a figure is half a second old at most when it is scraped"""
PATIENCE = 1.0


class FloorSamples:
    """All that is told of the floor: queue by queue, of whole floors, and how far counting is."""

    def __init__(self, queues: Exposition, floors: WholeFloors, progress: PipelineProgress) -> None:
        self._queues = queues
        self._floors = floors
        self._progress = progress

    async def at(self, now: int, until: float) -> Samples:
        """The samples of `now`, epoch milliseconds; what must be looked up is NaN where it is not
        there at `until`, monotonic seconds.
        """
        samples = Samples()
        folds = self._queues.folds(now)
        self._queues.tell(samples, now, folds)
        await asyncio.gather(
            self._floors.tell(samples, folds, until), self._progress.tell(samples, now, until)
        )
        return samples


class Scrape:
    """Answers of `/metrics`; `monotonic` is seconds, and `patience` how many the page waits for
    what must be looked up. `loaded` says whether the board and the definitions are.
    """

    def __init__(
        self,
        floor: FloorSamples,
        loaded: Callable[[], bool],
        metrics: QueryMetrics,
        now: Callable[[], int],
        monotonic: Callable[[], float],
        patience: float = PATIENCE,
    ) -> None:
        self._floor = floor
        self._loaded = loaded
        self._metrics = metrics
        self._now = now
        self._monotonic = monotonic
        self._patience = patience
        self._rendered: _Rendered | None = None
        self._rendering: asyncio.Task[_Rendered] | None = None

    async def page(self, asked: ScrapeAccepts) -> bytes:
        """The page as a scraper accepts it."""
        known = self._rendered
        if known is None or self._monotonic() - known.began >= EVERY:
            if self._rendering is None or self._rendering.done():
                self._rendering = asyncio.create_task(self._render(), name="metrics")
            known = await asyncio.shield(self._rendering)
        return known.coded(asked)

    async def _render(self) -> "_Rendered":
        began = self._monotonic()
        samples = (
            await self._floor.at(self._now(), began + self._patience)
            if self._loaded()
            else Samples()
        )
        self._metrics.render.set(self._monotonic() - began)
        self._rendered = _Rendered(began, samples, self._metrics.registry)
        return self._rendered


class _Rendered:
    """A page that began to be rendered at `began`, and the bytes of it that were asked for."""

    def __init__(self, began: float, samples: Samples, registry: CollectorRegistry) -> None:
        self.began = began
        self._samples = samples
        self._registry = registry
        self._coded: dict[tuple[str, bool], bytes] = {}

    def coded(self, asked: ScrapeAccepts) -> bytes:
        key = asked.content_type, asked.packed
        if key not in self._coded:
            form = TextFormat.OPENMETRICS if asked.openmetrics else TextFormat.PROMETHEUS
            floor = self._samples.text(form).encode()
            self._coded[key] = asked.coded(floor + asked.write(self._registry))
        return self._coded[key]
