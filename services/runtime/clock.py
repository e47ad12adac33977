"""The only place that reads the clock."""

from time import monotonic as monotonic  # noqa: PLC0414  re-exported on purpose
from time import monotonic_ns, time_ns  # noqa: TID251  this is the one place


def now_ms() -> int:
    """Wall clock, epoch milliseconds: it may be set, and differs from host to host."""
    return time_ns() // 1_000_000


def steady_ms() -> int:
    """Milliseconds of a clock that nobody sets; it tells spans within one process, and nothing
    else.
    """
    return monotonic_ns() // 1_000_000
