"""How a board reads."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from floorpulse.board.domain.windows import HOUR, MINUTE
from floorpulse.contracts.horizons import Horizons, usual
from floorpulse.contracts.visits import Longest

DAY = 24 * HOUR
USUAL = usual(Longest(4 * HOUR, 4 * HOUR))
HorizonsOf = Callable[[str, int], Horizons]
"""How long visits of a tenant are believed at an instant, epoch milliseconds"""


@dataclass(frozen=True)
class Rules:
    """How a board reads: `zone` of days, `pane` length, `grace` before silence is stale, both
    milliseconds, and how long visits are believed, where the definitions say nothing of it.

    A queue without a contact for `idle` milliseconds is no longer shown. A source that is quiet for
    `silence` milliseconds and longer than usual is silent (0: never). Of one tenant at most
    `most_queues` queues and channels are told apart, and `most_agents` agents named; further queues
    are counted in one, further agents without their names.
    """

    zone: ZoneInfo
    pane: int = MINUTE
    grace: int = 10_000
    idle: int = 35 * DAY
    silence: int = 0
    most_queues: int = 2000
    most_agents: int = 20_000
    horizons: Horizons = USUAL
