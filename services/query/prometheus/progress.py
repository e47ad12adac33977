"""How far counting is behind what was accepted, as `GET /v1/pipeline` tells it: by partition.

Instants rather than ages: an age is `time() -` an instant, and goes on when the scraper gets no
answer. Without Kafka the lag is unknown, which is NaN; what the board knows is told all the same.
"""

import asyncio
from collections.abc import Callable, Mapping

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.positions import current
from floorpulse.figures.lookup.looked_up import Unanswered
from floorpulse.query.metrics import PIPELINE
from floorpulse.query.pipeline.lag import PartitionLag
from floorpulse.query.pipeline.pipeline import Pipeline
from floorpulse.query.prometheus.samples import Samples
from floorpulse.runtime.unavailable import StoreSlow, Unavailable

EVERY = 1.0
"""Seconds between two questions to the log and the tables"""
Lags = Mapping[int, PartitionLag]


class PipelineProgress:
    """Tells the progress of every partition; `went_without` hears of each time that the log or the
    durable positions were not there.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        board: Board,
        monotonic: Callable[[], float],
        went_without: Callable[[str, Unanswered], None],
    ) -> None:
        self._pipeline = pipeline
        self._board = board
        self._monotonic = monotonic
        self._went_without = went_without
        self._asked: asyncio.Task[list[PartitionLag]] | None = None
        self._asked_at = 0.0

    async def tell(self, samples: Samples, now: int, until: float) -> None:
        """Add it as of `now` (epoch milliseconds); the log is waited for until `until` (monotonic
        seconds).
        """
        lags = await self._lags(until)
        known = {one.partition for one in current(self._board.positions.values())}
        for partition in sorted(known | lags.keys()):
            self._put(samples, now, partition, lags.get(partition))

    def _put(self, samples: Samples, now: int, partition: int, found: PartitionLag | None) -> None:
        labels = f'partition="{partition}"'
        age = self._board.ages.of(partition, now)
        counted = None if age is None else (now - age) / 1000
        stored = None if found is None or found.durable is None else found.durable.published_at
        stale = self._board.ages.is_stale(partition, now)
        samples.put("floorpulse_pipeline_lag_records", labels, found.lag if found else None)
        samples.put("floorpulse_pipeline_counted_timestamp_seconds", labels, counted)
        samples.put(
            "floorpulse_pipeline_stored_timestamp_seconds",
            labels,
            None if stored is None else stored / 1000,
        )
        samples.put("floorpulse_pipeline_stale", labels, int(stale))

    async def _lags(self, until: float) -> Lags:
        """What the log and the tables say, empty where they do not in time; a question that is
        still open is waited for again, and not asked twice. They are asked once a second at most,
        however often the page is rendered.
        """
        now = self._monotonic()
        if self._asked is None or (self._asked.done() and now - self._asked_at >= EVERY):
            self._asked_at = now
            self._asked = asyncio.create_task(self._pipeline.partitions(), name="pipeline")
            self._asked.add_done_callback(_seen)
        await asyncio.wait({self._asked}, timeout=max(0.0, until - self._monotonic()))
        why = _why_not(self._asked)
        if why is None:
            return {one.partition: one for one in self._asked.result()}
        self._went_without(PIPELINE, why)
        return {}


def _seen(task: asyncio.Task[list[PartitionLag]]) -> None:
    """A failure that nobody waited for is no news: the next question has its own."""
    if not task.cancelled():
        task.exception()


def _why_not(task: asyncio.Task[list[PartitionLag]]) -> Unanswered | None:
    if not task.done():
        return Unanswered.LATE
    try:
        task.result()
    except StoreSlow:
        return Unanswered.SLOW
    except Unavailable:
        return Unanswered.AWAY
    return None
