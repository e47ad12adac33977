"""For how long a consumer group waits for a peer that shows no sign of life.

A peer is frozen while the log fills, so it must be waited for; one that was killed is to come back
at once.
"""

import os

NAME = "FLOORPULSE_BENCH_SESSION"
FROZEN = 300
"""Seconds, unless the benchmark says otherwise"""
KILLED = 6
"""Seconds, where peers are killed: the least that a broker grants"""


def session_seconds() -> int:
    """Of this process."""
    return int(os.environ.get(NAME, FROZEN))  # noqa: TID251  of the benchmark itself
