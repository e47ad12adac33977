"""How far event time has come in one source partition.

events    ──●──●────●───●            ● (one clock ahead: counted, ignored here)
watermark ────────────────┤ B ├──►
"""

FUTURE = 60_000
"""Milliseconds an event may lie ahead of the broker's append time and still move the watermark."""


def advance_watermark(
    watermark: int | None, instants: list[int], appended_at: int, allowance: int
) -> int | None:
    """The watermark after events at `instants`, appended at `appended_at`: latest plausible event −
    `allowance`, monotone.
    """
    plausible = [at for at in instants if at <= appended_at + FUTURE]
    if not plausible:
        return watermark
    reached = max(plausible) - allowance
    return reached if watermark is None else max(watermark, reached)


def believed_watermark(
    watermark: int | None, events: int | None, now: int, allowance: int
) -> int | None:
    """The watermark without what a wrong clock added: ahead of `now`, it is taken back to what
    `events` alone reached.

    A worker's clock that was ahead while nothing happened leaves such a watermark behind, in memory
    and in the database. `events` is None where it is not known how far they brought it.
    """
    by_clock = now - allowance
    if watermark is None or watermark <= by_clock + FUTURE:
        return watermark
    return by_clock if events is None else max(events, by_clock)


def idle_watermark(watermark: int | None, now: int, allowance: int) -> int | None:
    """The watermark of a partition that is caught up and silent: it follows the wall clock,
    `allowance` behind.

    Of a partition that never had an event there is none. The caller knows that it is caught up, and
    for how long it was silent.
    """
    return None if watermark is None else max(watermark, now - allowance)
