"""Targets of agents, bindings and trainings at an instant and over time."""

from collections.abc import Iterator
from typing import TypeVar

from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.definitions.domain.in_force import InForce, Version
from floorpulse.definitions.domain.indicator_terms import AgentTargetBody, BindingBody, TrainingBody
from floorpulse.definitions.domain.terms import Body

B = TypeVar("B", bound=Body)
Named = tuple[str, B]
"""A body with the name of its version, `id@number`"""


def agent_targets(in_force: InForce) -> dict[str, Named[AgentTargetBody]]:
    """The targets of agents by id."""
    return _all(in_force, Kind.AGENT_TARGET, AgentTargetBody)


def bindings_on(in_force: InForce, day: str) -> Iterator[BindingBody]:
    """Who is bound on a day of the tenant's zone (ISO), by the definitions in force then."""
    for _, body in _all(in_force, Kind.BINDING, BindingBody).values():
        if body.since <= day and (body.until is None or day <= body.until):
            yield body


def trainings(known: TenantDefinitions) -> dict[str, Named[TrainingBody]]:
    """All trainings by id, as their newest wording has them."""
    return {
        one.id: (one.name, one.body)
        for one in _in_order(known)
        if isinstance(one.body, TrainingBody)
    }


def _in_order(known: TenantDefinitions) -> list[Version]:
    standing = (one for one in known.versions if one.standing)
    return sorted(standing, key=lambda one: (one.body.valid_from or "", one.number))


def _all(in_force: InForce, kind: Kind, body: type[B]) -> dict[str, Named[B]]:
    return {
        name: (one.name, one.body)
        for name, one in in_force.versions.get(kind, {}).items()
        if isinstance(one.body, body)
    }
