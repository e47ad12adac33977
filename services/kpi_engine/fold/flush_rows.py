"""The rows of one flush, encoded."""

from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass, field

from floorpulse.contracts.events import AnyEvent, ContactAmended, ContactRetracted
from floorpulse.contracts.updates import PaneKey
from floorpulse.contracts.visits import VisitKey
from floorpulse.kpi_engine.fold.decode import Folded, told_by
from floorpulse.kpi_engine.fold.packed import NO_KEYS, KeyColumns
from floorpulse.kpi_engine.fold.position import PartitionPosition
from floorpulse.kpi_engine.fold.rows import EncodedRows

Rows = list[tuple[object, ...]]


@dataclass(frozen=True)
class FlushRows:
    """Rows of one partition to write, encoded, with the position they belong to and the durable one
    they follow.

    `new_…` rows are not in the database, as far as is known; the others may be. `lonely` and
    `lonely_packed` are those of the new visits of whose contacts nothing else may be stored.
    `presence` are pages of open visits, by their numbers; all that are numbered below
    `presence_since` go.
    """

    before: int
    position: PartitionPosition
    new_visits: EncodedRows
    visits: EncodedRows
    new_panes: EncodedRows
    panes: EncodedRows
    agent_states: Rows
    late: Rows
    presence: Rows
    presence_since: int
    instants: frozenset[int]
    lonely: Sequence[VisitKey] = ()
    lonely_packed: KeyColumns = NO_KEYS
    orphans: Rows = field(default_factory=list)

    def __len__(self) -> int:
        sized: tuple[Sized, ...] = (
            self.new_visits,
            self.visits,
            self.new_panes,
            self.panes,
            self.agent_states,
            self.late,
            self.presence,
            self.orphans,
        )
        return sum(map(len, sized))


def late_rows(partition: int, late: Mapping[PaneKey, Folded]) -> Rows:
    """The rows of the table `late_change`: panes, each with the last event that changed it."""
    return [
        (partition, *key, event.source, event.id, _type_of(event), _reason_of(event))
        for key, event in ((key, told_by(one)) for key, one in late.items())
    ]


def _type_of(event: AnyEvent) -> str:
    return str(event.__struct_config__.tag)


def _reason_of(event: AnyEvent) -> str | None:
    return event.reason if isinstance(event, ContactAmended | ContactRetracted) else None
