"""When a notice is tried again after a channel did not take it.

    first in its target's line    1, 2, 4, 8, 8 …     seconds: it finds out when the channel is back
    behind it                     1, 2, 4 … 300, 300  brought forward when the first goes out

Waits count from the begin of the attempt, so that one which ran into its time limit does not wait
twice; `jitter` in [0, 1) shortens each by up to a quarter, so that replicas and restarts do not
knock at once.
"""

PROBE = 8
LONGEST = 300
LONGEST_ASKED = 3600
"""Seconds; what a channel asks for beyond it is not waited for"""


def retry_at(
    began: int, attempts: int, jitter: float, *, first: bool, retry_after: float | None = None
) -> int:
    """When the next attempt is due, epoch milliseconds, after the attempt number `attempts` that
    began at `began`; `retry_after` is seconds that the channel asked for.
    """
    longest = PROBE if first else LONGEST
    wait: float = min(1 << min(attempts - 1, 9), longest) * (1 - jitter / 4)
    asked = min(retry_after or 0, LONGEST_ASKED)
    return began + round(max(wait, asked) * 1000)
