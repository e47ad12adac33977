"""How far event time has come in one source partition.

events    ──●──●────●───●            ● (one clock ahead: counted, ignored here)
watermark ────────────────┤ B ├──►
"""

FUTURE = 60_000
"""Milliseconds an event may lie ahead of the broker's append time and still move the watermark."""


def advance_watermark(watermark: int | None, instants: list[int], appended_at: int, allowance: int) -> int | None:
    """The watermark after events at `instants`, appended at `appended_at`: latest plausible event − `allowance`, monotone."""
    plausible = [at for at in instants if at <= appended_at + FUTURE]
    if not plausible:
        return watermark
    reached = max(plausible) - allowance
    return reached if watermark is None else max(watermark, reached)


def idle_watermark(watermark: int | None, now: int, silent_since: int, allowance: int) -> int | None:
    """The watermark of a partition that is caught up and silent: it follows the wall clock, `allowance` behind.

    Only a partition that has had an event and then nothing for `allowance` is silent; the caller knows it is caught up.
    """
    if watermark is None or now - silent_since < allowance:
        return watermark
    return max(watermark, now - allowance)
