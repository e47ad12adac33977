"""Stored records that must be joined before a flush: those wanted, and those found."""

from dataclasses import dataclass, field

from floorpulse.contracts.agents import AgentKey, Entered
from floorpulse.contracts.updates import PaneKey
from floorpulse.contracts.visits import Visit, VisitKey
from floorpulse.kpi_engine.fold.agents import WantedAgent
from floorpulse.kpi_engine.fold.panes import StoredPane


@dataclass(frozen=True)
class WantedRecords:
    """Stored records that must be joined before anything can be written."""

    visits: list[VisitKey]
    panes: list[PaneKey]
    agents: list[WantedAgent]

    def __len__(self) -> int:
        return len(self.visits) + len(self.panes) + len(self.agents)


@dataclass(frozen=True)
class StoredRecords:
    """The stored ones among the records that were wanted."""

    visits: dict[VisitKey, Visit] = field(default_factory=dict)
    panes: dict[PaneKey, StoredPane] = field(default_factory=dict)
    agents: dict[AgentKey, list[Entered]] = field(default_factory=dict)
