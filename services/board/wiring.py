"""A running board from settings: the composition root of readers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple
from zoneinfo import ZoneInfo

import asyncpg
from prometheus_client import CollectorRegistry

from floorpulse.board.adapters.rows import PostgresRows
from floorpulse.board.adapters.updates import KafkaUpdates
from floorpulse.board.app import BoardKeeper
from floorpulse.board.domain.board import Board, Rules
from floorpulse.board.metrics import BoardMetrics
from floorpulse.runtime.clock import now_ms, steady_ms
from floorpulse.runtime.settings import FloorSettings, Settings

OVERLAP = 2000
"""Records of `kpi-updates` read again at the start: some 40 s of twelve busy partitions, while rows
are durable within seconds.
"""


class BoardBounds(NamedTuple):
    """How many queues and channels of a tenant are told apart, and how many agents are listed."""

    queues: int = 2000
    agents: int = 20_000


BOUNDS = BoardBounds()


def rules(
    floor: FloorSettings, stale_seconds: float, silence_seconds: float, bounds: BoardBounds
) -> Rules:
    """How a board of this floor reads."""
    return Rules(
        ZoneInfo(floor.zone),
        floor.pane_seconds * 1000,
        round(stale_seconds * 1000),
        floor.max_wait_seconds * 1000,
        silence=round(silence_seconds * 1000),
        most_queues=bounds.queues,
        most_agents=bounds.agents,
        conversation=floor.max_conversation_seconds * 1000,
    )


@asynccontextmanager
async def kept_board(
    settings: Settings,
    pool: asyncpg.Pool,
    registry: CollectorRegistry,
    stale_seconds: float = 10,
    silence_seconds: float = 0,
    bounds: BoardBounds = BOUNDS,
) -> AsyncIterator[BoardKeeper]:
    """A board that is loaded and followed in the background; wait for `loaded` before believing
    it.
    """
    board = Board(rules(settings.floor, stale_seconds, silence_seconds, bounds), steady_ms)
    feed = KafkaUpdates(settings.kafka, OVERLAP, steady_ms)
    metrics = BoardMetrics(registry)
    metrics.age.set_function(lambda: board.ages.oldest(now_ms()) / 1000)
    keeper = BoardKeeper(board, PostgresRows(pool), feed, metrics, now_ms)
    keeper.start()
    try:
        yield keeper
    finally:
        await keeper.stop()
