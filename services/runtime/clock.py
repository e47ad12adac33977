"""The only place that reads the clock."""

from time import monotonic as monotonic  # noqa: PLC0414  re-exported on purpose
from time import time_ns  # noqa: TID251  this is the one place


def now_ms() -> int:
    """Wall clock, epoch milliseconds."""
    return time_ns() // 1_000_000
