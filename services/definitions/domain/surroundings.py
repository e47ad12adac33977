"""What is defined around a rule: its queues, their policies and hours, whom its steps tell and when
these are there.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import TypeVar

from floorpulse.definitions.domain.bodies import (
    CalendarBody,
    Kind,
    QueueBody,
    ServiceLevelBody,
    TeamBody,
    TenantBody,
)
from floorpulse.definitions.domain.calendars import Calendar, calendar_of
from floorpulse.definitions.domain.contract_terms import ContractScope
from floorpulse.definitions.domain.floor import Floor
from floorpulse.definitions.domain.on_call import EscalationBody, EscalationStep, RotaBody
from floorpulse.definitions.domain.openings import meet
from floorpulse.definitions.domain.rule_terms import RuleBody, RuleScope
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.terms import Body, Grouping, Scope

B = TypeVar("B", bound=Body)
Hours = tuple[Calendar | None, ...]
"""Calendars that belong together: all of them must be open, or one of them is chosen"""
ALWAYS: Hours = (None,)
NOTHING_SAID = TenantBody(names={"en": "-"})
"""A tenant that says nothing of itself"""
_UNDEFINED = ServiceLevelBody(id="default")


def entries_of(floor: Floor, body: type[B]) -> Iterator[tuple[Entry, B]]:
    """The entries of one kind of body."""
    return ((one, one.body) for one in floor.entries if isinstance(one.body, body))


class Surroundings:
    """Asked about the definitions of one tenant, all dated versions together."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._queues = [body for _, body in entries_of(floor, QueueBody)]
        self._tenants = [body for _, body in entries_of(floor, TenantBody)] or [NOTHING_SAID]
        self._rules = [body for _, body in entries_of(floor, RuleBody)]
        self.calendars = cache(self._calendars)
        self._sites: dict[str, set[str]] = defaultdict(set)
        for _, team in entries_of(floor, TeamBody):
            self._sites[team.id] |= {team.site} if team.site is not None else set()
        self._groups: dict[tuple[Grouping, str], set[str]] = defaultdict(set)
        for queue in self._queues:
            for grouping in Grouping:
                self._groups[grouping, queue.id] |= self._groups_of(queue, grouping)

    def _groups_of(self, queue: QueueBody, grouping: Grouping) -> set[str]:
        if grouping is Grouping.SITE:
            return self._sites[queue.team or ""]
        own = queue.team if grouping is Grouping.TEAM else queue.client
        return set() if own is None else {own}

    # ------------------------------------------------------------- which queues

    def groups(self, grouping: Grouping, queue: str) -> set[str]:
        """The teams of a queue, the sites of these teams, or its clients."""
        return self._groups[grouping, queue]

    def watched(self, scope: RuleScope) -> list[QueueBody]:
        """The queues that a scope names in some way; none where it is the whole tenant."""
        if scope.everywhere:
            return []
        return [one for one in self._queues if self._holds(scope, one.id)]

    def bound(self, scope: Scope) -> list[QueueBody]:
        """The queues that a target binds, as far as they are defined."""
        named = [(one, name) for one in Grouping if (name := scope.group(one)) is not None]
        return [
            queue
            for queue in self._queues
            if scope.queue in (None, queue.id)
            and all(name in self.groups(one, queue.id) for one, name in named)
        ]

    def under_contract(self, scope: ContractScope, client: str) -> list[QueueBody]:
        """The queues that a scope in a contract with a client reaches: those it names, else the
        client's; at its sites only, where it names any.
        """
        return [
            queue
            for queue in self._queues
            if (
                queue.id in scope.queues
                if scope.queues
                else client in self.groups(Grouping.CLIENT, queue.id)
            )
            and (
                not scope.sites or not self.groups(Grouping.SITE, queue.id).isdisjoint(scope.sites)
            )
        ]

    def _holds(self, scope: RuleScope, queue: str) -> bool:
        groups = ((self.groups(grouping, queue), scope.groups(grouping)) for grouping in Grouping)
        return (not scope.queues or queue in scope.queues) and all(
            not wanted or not found.isdisjoint(wanted) for found, wanted in groups
        )

    def channels(self, scope: RuleScope) -> set[str]:
        """The channels that a scope watches; none where they are not known."""
        watched = {str(channel) for one in self.watched(scope) for channel in one.channels}
        named = {str(channel) for channel in scope.channels}
        return watched & named if watched and named else watched | named

    def policies(self, scope: RuleScope) -> list[ServiceLevelBody]:
        """The service-level policies of all that a scope watches."""
        named: set[str | None] = set()
        for queue in self.watched(scope) or self._queues:
            for channel in queue.channels:
                if not scope.channels or channel in scope.channels:
                    named |= self._policy_names(queue, queue.service_level_of.get(channel))
        if not self.watched(scope):  # queues that are not defined
            named |= {tenant.service_level for tenant in self._tenants}
        bodies = [body for _, body in entries_of(self._floor, ServiceLevelBody)]
        found = [body for body in bodies if body.id in named]
        return [*found, _UNDEFINED] if None in named else found

    def _policy_names(self, queue: QueueBody, own: str | None) -> set[str | None]:
        name = own or queue.service_level
        return {name} if name else {tenant.service_level for tenant in self._tenants}

    # ------------------------------------------------------------- when

    def hours(self, rule: RuleBody) -> list[Hours]:
        """When a rule holds: one entry a choice of queue and versions, all of whose calendars must
        be open; none where no choice ever is.
        """
        queues = self._queue_hours(rule.scope)
        if rule.calendar is None:
            return [(one,) for one in queues]
        own = self.calendars(rule.calendar)
        return [(one, other) for one in own for other in queues if meet([one, other])]

    def _queue_hours(self, scope: RuleScope) -> list[Calendar | None]:
        watched = self.watched(scope)
        tenants = [
            calendar for tenant in self._tenants for calendar in self.calendars(tenant.calendar)
        ]
        found = [] if watched else [*tenants]
        for queue in watched or self._queues:
            found += self.calendars(queue.calendar) if queue.calendar else tenants
        return list({id(one): one for one in found}.values())

    def _calendars(self, name: str | None) -> Hours:
        """The versions of a calendar; of none, that it is always open."""
        known = self._floor.versions[Kind.CALENDAR].get(name or "", [])
        bodies = [one.body for one in known]
        return tuple(calendar_of(one) for one in bodies if isinstance(one, CalendarBody)) or ALWAYS

    # ------------------------------------------------------------- who is told

    def policies_of(self, rule: RuleBody) -> list[EscalationBody]:
        """The versions of the escalation policy that a rule names."""
        bodies = (body for _, body in entries_of(self._floor, EscalationBody))
        return [body for body in bodies if body.id == rule.escalation]

    def hours_of_users(self, escalation: str) -> list[Hours]:
        """When the rules hold that use a policy; always, where the tenant's other alerts do."""
        default = any(tenant.escalation == escalation for tenant in self._tenants)
        theirs = (self.hours(one) for one in self._rules if one.escalation == escalation)
        return [*(hours for one in theirs for hours in one), *([ALWAYS] if default else [])]

    def available(self, step: EscalationStep) -> Iterator[list[Hours]]:
        """For each target of a step the calendars within which it can be told."""
        during = self.calendars(step.only_during)
        for target in step.targets:
            if target.receiver is not None:
                yield [during]
            for _, rota in entries_of(self._floor, RotaBody):
                if rota.id == target.rota:
                    yield [during, self.calendars(rota.calendar)]
