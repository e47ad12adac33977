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
from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.board.metrics import BoardMetrics
from floorpulse.board.ports import GiveWay, in_turn
from floorpulse.contracts.horizons import usual
from floorpulse.contracts.visits import Longest
from floorpulse.runtime.clock import now_ms, steady_ms
from floorpulse.runtime.settings import FloorSettings, Settings

OVERLAP = 2000
"""Records of `kpi-updates` read again at the start: some 40 s of twelve busy partitions, while rows
are durable within seconds.
"""


class BoardLimits(NamedTuple):
    """When a figure is stale and a source silent (0: never), how many queues and channels of a
    tenant are told apart, and how many agents are listed.
    """

    stale_seconds: float = 10
    silence_seconds: float = 0
    queues: int = 2000
    agents: int = 20_000


LIMITS = BoardLimits()


def rules(floor: FloorSettings, limits: BoardLimits) -> Rules:
    """How a board of this floor reads."""
    return Rules(
        ZoneInfo(floor.zone),
        floor.pane_seconds * 1000,
        round(limits.stale_seconds * 1000),
        silence=round(limits.silence_seconds * 1000),
        most_queues=limits.queues,
        most_agents=limits.agents,
        horizons=usual(
            Longest(floor.max_wait_seconds * 1000, floor.max_conversation_seconds * 1000)
        ),
    )


@asynccontextmanager
async def kept_board(
    settings: Settings,
    pool: asyncpg.Pool,
    registry: CollectorRegistry,
    limits: BoardLimits = LIMITS,
    give_way: GiveWay = in_turn,
) -> AsyncIterator[BoardKeeper]:
    """A board that is loaded and followed in the background; wait for `loaded` before believing
    it. Its work gives way to whatever `give_way` waits for.
    """
    board = Board(rules(settings.floor, limits), steady_ms)
    feed = KafkaUpdates(settings.kafka, OVERLAP, steady_ms, give_way)
    metrics = BoardMetrics(registry)
    metrics.age.set_function(lambda: board.ages.oldest(now_ms()) / 1000)
    keeper = BoardKeeper(board, PostgresRows(pool), feed, metrics, now_ms, give_way)
    keeper.start()
    try:
        yield keeper
    finally:
        await keeper.stop()
