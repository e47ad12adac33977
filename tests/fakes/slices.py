"""What events tell besides their steps, as the engine hears it."""

from floorpulse.contracts.events import AnyEvent
from floorpulse.kpi_engine.fold.slices import ReadInstants, Told


def told_by(*events: AnyEvent, appended_at: int) -> Told:
    """What these tell, appended at `appended_at`, epoch milliseconds."""
    told = Told()
    told.hear(events, ReadInstants.of(0, appended_at))
    return told
