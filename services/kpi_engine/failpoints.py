"""Points at which a worker can be made to die, so that a proof can kill it in the worst moments:
`FLOORPULSE_ENGINE__FAILPOINT`.

after_apply   before_begin   after_upsert   after_move   after_commit   before_kafka_commit
"""

import os
from typing import Literal, get_args

Point = Literal[
    "after_apply",
    "before_begin",
    "after_upsert",
    "after_move",
    "after_commit",
    "before_kafka_commit",
]
POINTS: tuple[str, ...] = get_args(Point)
EXIT_CODE = 70


class _Armed:
    """The point that kills, and how often it may still be passed."""

    point = ""
    passes = 0


def arm(wish: str) -> None:
    """Die at a point: `name`, or `name:n` for the n-th time it is reached; '' never. Raises
    ValueError for an unknown name.
    """
    name, _, count = wish.partition(":")
    if name and name not in POINTS:
        message = f"there is no failpoint {name!r}; choose one of {', '.join(POINTS)}"
        raise ValueError(message)
    _Armed.point, _Armed.passes = name, int(count or 1) - 1


def reach(point: Point) -> None:
    """End the process at once, without cleaning up, where this point is armed and its passes are
    used up.
    """
    if point != _Armed.point:
        return
    if not _Armed.passes:
        os._exit(EXIT_CODE)
    _Armed.passes -= 1
