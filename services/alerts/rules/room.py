"""Room: how far the cells of a place may grow before a judgement of it can change."""

from collections.abc import Sequence

from floorpulse.counting.growth import Growth

NO_ROOM = Growth(-1, -1)


def least(limits: Sequence[Growth]) -> Growth:
    """What is within all limits."""
    if len(limits) == 1:
        return limits[0]
    return Growth(
        min([contacts for contacts, _ in limits]), min([amounts for _, amounts in limits])
    )


def within(grown: Growth | None, limit: Growth) -> bool:
    """Whether it is known how far something has grown, and that is no further than `limit`."""
    return grown is not None and grown.contacts <= limit.contacts and grown.amounts <= limit.amounts
