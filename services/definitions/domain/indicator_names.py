"""Which other definitions targets of agents, bindings and trainings name, and where."""

from collections.abc import Iterator

from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.indicator_terms import (
    AgentTargetBody,
    BindingBody,
    TrainingBody,
)

Named = tuple[str, Kind, str | None]
"""The path of a field, the kind it names, the id; None where it names nothing"""


def named_indicators(body: AgentTargetBody | BindingBody | TrainingBody) -> Iterator[Named]:
    """The names of other definitions in a body."""
    yield "team", Kind.TEAM, body.team
    if not isinstance(body, BindingBody):
        for number, queue in enumerate(body.queues):
            yield f"queues[{number}]", Kind.QUEUE, queue
