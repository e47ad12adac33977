"""Visits whose stored record is not known yet: what events told of them so far, uncounted."""

import msgspec

from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.visits import Visit
from floorpulse.kpi_engine.fold.merge import merge
from floorpulse.kpi_engine.fold.panes import says_why


class ParkedVisit(msgspec.Struct, gc=False):
    """The events so far of a visit whose stored record is not known yet, merged, and the last of
    them, or the last that amends.
    """

    visit: Visit
    event: AnyEvent

    @classmethod
    def of(cls, event: AnyEvent) -> "ParkedVisit":
        """A visit of which one event was told."""
        visit = Visit()
        merge(visit, event)
        return cls(visit, event)

    def hear(self, event: AnyEvent) -> None:
        """Another event of it was told."""
        merge(self.visit, event)
        if says_why(event) or not says_why(self.event):
            self.event = event
