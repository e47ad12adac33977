"""Updates as one partition's first owner publishes them."""

from collections.abc import Sequence

from floorpulse.contracts.updates import Gauge, PaneRow, Update


def first_update(
    rows: Sequence[PaneRow], gauges: Sequence[Gauge], watermark: int, published_at: int
) -> Update:
    """What partition 0 tells after its first event; instants are epoch milliseconds."""
    return Update(
        partition=0,
        log_id="log",
        generation=1,
        epoch=1,
        next_offset=1,
        published_at=published_at,
        lag=0,
        applied=1,
        dead=0,
        watermark=watermark,
        rows=list(rows),
        gauges=list(gauges),
    )
