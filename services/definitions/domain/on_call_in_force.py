"""What the alerts service asks of the definitions in force: which rules there are, what they watch,
when they hold, who is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.calendars import Calendar
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.on_call import EscalationBody, RotaBody
from floorpulse.definitions.domain.receiver_terms import ReceiverBody
from floorpulse.definitions.domain.rule_terms import RuleBody, RuleScope
from floorpulse.definitions.domain.terms import Body, Grouping

B = TypeVar("B", bound=Body)


@dataclass(frozen=True)
class InVersion(Generic[B]):
    """A definition and the name of its version, such as `slow-voice@2`."""

    name: str
    body: B


@dataclass(frozen=True, eq=False)
class OnCallInForce:
    """The rules, escalation policies, rotas and receivers of one tenant at an instant.

    Make one for each `InForce` and keep it as long as that: what is asked twice is known.
    """

    in_force: InForce

    @cached_property
    def rules(self) -> Mapping[str, InVersion[RuleBody]]:
        """All rules by id."""
        return self._all(Kind.RULE, RuleBody)

    @cached_property
    def escalations(self) -> Mapping[str, InVersion[EscalationBody]]:
        """All escalation policies by id."""
        return self._all(Kind.ESCALATION, EscalationBody)

    @cached_property
    def rotas(self) -> Mapping[str, InVersion[RotaBody]]:
        """All rotas by id."""
        return self._all(Kind.ROTA, RotaBody)

    @cached_property
    def receivers(self) -> Mapping[str, InVersion[ReceiverBody]]:
        """All receivers by id."""
        return self._all(Kind.RECEIVER, ReceiverBody)

    def escalation(self, rule: RuleBody) -> InVersion[EscalationBody] | None:
        """Who is told of a rule's incidents: as the rule says, else as the tenant does; None:
        nobody.
        """
        return self.escalations.get(rule.escalation or "") or self.default_escalation

    @cached_property
    def default_escalation(self) -> InVersion[EscalationBody] | None:
        """Who is told where nothing is said, as of alerts that come from another system."""
        tenant = self.in_force.tenant
        return self.escalations.get((tenant and tenant.escalation) or "")

    def calendar(self, rule: RuleBody, queue: str) -> Calendar | None:
        """When a rule holds for a queue: in its own hours, else in the queue's, else in the
        tenant's; None: always.

        The queue of a sum is empty.
        """
        if rule.calendar is None:
            return self.in_force.calendar(queue)
        return self.in_force.calendars.get(rule.calendar)

    def watches(self, scope: RuleScope, queue: str) -> bool:
        """Whether a scope holds a queue: it must be among the queues, of one of the teams, at one
        of the sites and of one of the clients, each where some are named.
        """
        groups = ((grouping, scope.groups(grouping)) for grouping in Grouping)
        return (not scope.queues or queue in scope.queues) and all(
            not names or self.in_force.group(grouping, queue) in names for grouping, names in groups
        )

    def acting_as(self, user: str) -> InVersion[ReceiverBody] | None:
        """The receiver that a user acts as."""
        mine = (one for one in self.receivers.values() if one.body.user == user)
        return next(mine, None)

    def _all(self, kind: Kind, body: type[B]) -> Mapping[str, InVersion[B]]:
        known = self.in_force.versions.get(kind, {})
        return {
            id_: InVersion(one.name, one.body)
            for id_, one in known.items()
            if isinstance(one.body, body)
        }
