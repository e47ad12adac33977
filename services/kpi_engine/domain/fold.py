"""A slice of events folded into visits, and what that changes in the panes; nothing outside is touched until it is whole.

slice ─► needs visits ─► (loaded) ─► fold ─► needs panes ─► (loaded) ─► Partition.commit
"""

from collections.abc import Iterable, Mapping
from copy import copy

from services.contracts.cells import Cells, add
from services.contracts.events import AboutContact, AnyEvent, ComplaintClosed, ComplaintOpened, ContactEvent, QaRetracted, QaScored
from services.contracts.updates import PaneKey
from services.contracts.visits import Visit, VisitKey
from services.kpi_engine.domain.contributions import Panes, contributions
from services.kpi_engine.domain.merge import merge

Numbered = tuple[int, AnyEvent]
"""(offset in the source partition, event)"""


def visit_key(event: AnyEvent) -> VisitKey | None:
    """The visit an event belongs to; None of agent states.

    A survey, evaluation or complaint without a contact has a record of its own, numbered 0, which no contact can have.
    """
    tenant = event.tenant or ""
    if isinstance(event, ContactEvent):
        return tenant, event.contact, event.visit
    if not isinstance(event, AboutContact):
        return None
    return (tenant, event.contact, event.visit) if event.contact is not None else (tenant, _own_name(event), 0)


def _own_name(event: AboutContact) -> str:
    if isinstance(event, QaScored | QaRetracted):
        return f"evaluation:{event.evaluation}"
    if isinstance(event, ComplaintOpened | ComplaintClosed):
        return f"complaint:{event.complaint}"
    return f"survey:{event.survey}"  # type: ignore[attr-defined]  # only surveys are left


def deltas(before: Panes, after: Panes) -> Iterable[tuple[PaneKey, Cells]]:
    """The signed changes that lead from one set of contributions to another."""
    for key, cells in after.items():
        known = before.get(key)
        if known is None:
            yield key, cells
        elif known != cells:
            change = dict(cells)
            add(change, known, -1)
            yield key, change
    for key, cells in before.items():
        if key not in after:
            yield key, {code: -amount for code, amount in cells.items()}


class Fold:
    """The visits that a slice touches, as private copies, and the pane changes it makes.

    `visits` and `changes` come with the offset of the last event that changed the row: the same on every replay, however
    the log is cut into slices.
    """

    def __init__(self, events: list[Numbered], known: Mapping[VisitKey, Visit], length: int) -> None:
        """Copy the visits of `events` that are `known`; `length` is the pane length in milliseconds."""
        self._length = length
        self._events = [(offset, event, key) for offset, event in events if (key := visit_key(event)) is not None]
        self._working: dict[VisitKey, Visit] = {}
        self.missing: list[VisitKey] = []
        for key in {key for _, _, key in self._events}:
            visit = known.get(key)
            if visit is None:
                self.missing.append(key)
            else:
                self._working[key] = copy(visit)
        self._contributions: dict[VisitKey, Panes] = {}
        self.visits: dict[VisitKey, tuple[Visit, int]] = {}
        self.changes: dict[PaneKey, tuple[Cells, int]] = {}

    def run(self, loaded: Mapping[VisitKey, Visit]) -> None:
        """Merge every event; `loaded` holds those of `missing` that exist, the others begin empty."""
        for key in self.missing:
            self._working[key] = loaded.get(key) or Visit()
        for offset, event, key in self._events:
            self._advance(offset, event, key)

    def _advance(self, offset: int, event: AnyEvent, key: VisitKey) -> None:
        visit = self._working[key]
        before = self._contributions.get(key)
        if before is None:
            before = contributions(key[0], visit, self._length)
        if not merge(visit, event):
            self._contributions[key] = before
            return
        after = contributions(key[0], visit, self._length)
        self._contributions[key] = after
        self.visits[key] = (visit, offset)
        for pane, change in deltas(before, after):
            self._change(pane, change, offset)

    def _change(self, pane: PaneKey, change: Cells, offset: int) -> None:
        known = self.changes.get(pane)
        if known is None:
            self.changes[pane] = (dict(change), offset)
        else:
            add(known[0], change)
            self.changes[pane] = (known[0], offset)
