"""All use cases of management by indicators, over one reading of agents and of history."""

from floorpulse.figures.agents.reading import AgentReading
from floorpulse.figures.history.figures import PastFigures
from floorpulse.figures.indicators.agent_targets import AgentTargets
from floorpulse.figures.indicators.bindings import Indicators
from floorpulse.figures.indicators.growth import Growth
from floorpulse.figures.indicators.trainings import Trainings
from floorpulse.figures.indicators.vendors import Vendors
from floorpulse.figures.tenant_view import Floors


def indicators(
    floors: Floors, reading: AgentReading, past: PastFigures
) -> tuple[AgentTargets, Indicators, Growth, Trainings, Vendors]:
    """The use cases."""
    return (
        AgentTargets(floors, reading),
        Indicators(floors, reading),
        Growth(floors, reading),
        Trainings(floors, reading),
        Vendors(floors, past),
    )
