"""The metrics page: the floor and the process, rendered at most once a second however many scrape it."""

from collections.abc import Callable

from prometheus_client import generate_latest

from services.query.domain.exposition import Exposition
from services.query.metrics import QueryMetrics

EVERY = 1.0


class Scrape:
    """Answers of `/metrics`; `monotonic` is seconds."""

    def __init__(self, exposition: Exposition, metrics: QueryMetrics, now: Callable[[], int], monotonic: Callable[[], float]) -> None:
        self._exposition = exposition
        self._metrics = metrics
        self._now = now
        self._monotonic = monotonic
        self._rendered: tuple[float, bytes] | None = None

    def page(self) -> bytes:
        """The page in the text format of Prometheus."""
        began = self._monotonic()
        if self._rendered is None or began - self._rendered[0] >= EVERY:
            floor = self._exposition.text(self._now()).encode()
            self._metrics.render.set(self._monotonic() - began)
            self._rendered = began, floor + generate_latest(self._metrics.registry)
        return self._rendered[1]
