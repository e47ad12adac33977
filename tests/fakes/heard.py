"""What events tell of their sources, read as the engine reads them."""

import msgspec

from floorpulse.contracts.events import AnyEvent
from floorpulse.kpi_engine.fold.decode import NEVER, Heard, Records
from floorpulse.kpi_engine.publish.sources import HISTORY


def heard_of(*events: AnyEvent, appended_at: int) -> Heard:
    """What these tell, appended at `appended_at`, epoch milliseconds."""
    values = [msgspec.json.encode(one) for one in events]
    read = Records(values, range(len(values)), len(values), NEVER, appended_at - HISTORY)
    assert len(list(read)) == len(events)
    return read.heard
