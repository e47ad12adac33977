"""What is in force of a tenant's definitions at an instant, and what follows from it: policies,
calendars, horizons.

A row of figures is computed with what was in force when its span began.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.visits import Longest
from floorpulse.definitions.domain.bodies import (
    CalendarBody,
    ChannelBody,
    CsatBody,
    Kind,
    QaBody,
    QueueBody,
    ServiceLevelBody,
    SiteBody,
    SourceBody,
    TeamBody,
    TenantBody,
)
from floorpulse.definitions.domain.business_time import BusinessClock
from floorpulse.definitions.domain.calendars import Calendar, calendar_of
from floorpulse.definitions.domain.terms import Body, Grouping
from floorpulse.kpis.policies import DEFAULT_POLICY, CsatPolicy, QaPolicy, ServiceLevelPolicy

B = TypeVar("B", bound=Body)
UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Version:
    """One version of a definition; `standing` is False of one that is no longer among the
    definitions, kept for its name's sake.
    """

    tenant: str
    kind: Kind
    id: str
    number: int
    body: Body
    standing: bool = True

    @property
    def name(self) -> str:
        """How figures name it: `id@number`."""
        return f"{self.id}@{self.number}"


def service_level_of(version: Version) -> ServiceLevelPolicy:
    """The policy that a version describes."""
    body = version.body
    assert isinstance(body, ServiceLevelBody)  # noqa: S101  for the type checker: the kind says so
    options = (
        body.formula,
        body.threshold,
        body.short,
        body.boundary,
        body.flow_outs,
        body.waiting_past_threshold,
        body.target,
    )
    return ServiceLevelPolicy(version.name, *options, body.patience, clock=body.clock)


@dataclass(frozen=True, eq=False)
class InForce:
    """The definitions of one tenant at an instant, by kind and id."""

    versions: Mapping[Kind, Mapping[str, Version]] = field(default_factory=dict)
    _policies: dict[tuple[str, str], ServiceLevelPolicy] = field(default_factory=dict, repr=False)
    _same: dict[ServiceLevelPolicy, ServiceLevelPolicy] = field(default_factory=dict, repr=False)
    _horizons: dict[int, tuple[Horizons, Horizons]] = field(default_factory=dict, repr=False)
    _clocks: dict[tuple[str, str], BusinessClock] = field(default_factory=dict, repr=False)

    @cached_property
    def tenant(self) -> TenantBody | None:
        """The tenant's own."""
        return self._body(Kind.TENANT, "", TenantBody)

    def queue(self, queue: str) -> QueueBody | None:
        """The definition of a queue."""
        return self._body(Kind.QUEUE, queue, QueueBody)

    def site(self, site: str) -> SiteBody | None:
        """The definition of a site."""
        return self._body(Kind.SITE, site, SiteBody)

    def service_level(self, name: str) -> Version | None:
        """The service-level policy of that id."""
        return self._find(Kind.SERVICE_LEVEL, name)

    def knows(self, queue: str) -> bool:
        """Whether a queue is defined; any is, where no queue is."""
        queues = self.queues
        return not queues or queue in queues

    @property
    def queues(self) -> Collection[str]:
        """The names of all queues that are defined."""
        return self.versions.get(Kind.QUEUE, {}).keys()

    def group(self, grouping: Grouping, queue: str) -> str:
        """The team of a queue, the site of that team, or the queue's client; empty where it has
        none.
        """
        known = self.queue(queue)
        if known is None:
            return ""
        match grouping:
            case Grouping.TEAM:
                return known.team or ""
            case Grouping.CLIENT:
                return known.client or ""
            case Grouping.SITE:  # pragma: no branch  there is no fourth
                team = self._body(Kind.TEAM, known.team or "", TeamBody)
                return (team and team.site) or ""

    def calendar(self, queue: str) -> Calendar | None:
        """The business calendar of a queue; None where it is always open."""
        known = self.queue(queue)
        name = (known and known.calendar) or (self.tenant and self.tenant.calendar)
        return self.calendars.get(name or "")

    @cached_property
    def calendars(self) -> dict[str, Calendar]:
        """All calendars."""
        bodies = ((one.id, one.body) for one in self.versions.get(Kind.CALENDAR, {}).values())
        return {name: calendar_of(body) for name, body in bodies if isinstance(body, CalendarBody)}

    @cached_property
    def by_visits(self) -> bool:
        """Whether under any of the policies only the visits tell who was in time."""
        versions = self.versions.get(Kind.SERVICE_LEVEL, {}).values()
        return any(service_level_of(one).by_visits for one in versions)

    def clock(self, queue: str, zone: ZoneInfo) -> BusinessClock | None:
        """The clock of a queue's business hours by a zone's clocks; None where it is always
        open.
        """
        calendar = self.calendar(queue)
        if calendar is None:
            return None
        known = self._clocks.get((queue, zone.key))
        if known is None:
            known = self._clocks[queue, zone.key] = BusinessClock(calendar, zone)
        return known

    def horizons(self, usual: Horizons) -> Horizons:
        """How long visits of each channel are believed; as is `usual` where nothing is said."""
        known = self._horizons.get(id(usual))
        if known is None or known[0] is not usual:
            known = self._horizons[id(usual)] = usual, self._own_horizons(usual)
        return known[1]

    def _own_horizons(self, usual: Horizons) -> Horizons:
        bodies = (one.body for one in self.versions.get(Kind.CHANNEL, {}).values())
        said: dict[str, Longest] = {
            body.id: _longest(body, usual.of(body.id))
            for body in bodies
            if isinstance(body, ChannelBody)
        }
        return replace(usual, own={**usual.own, **said}) if said else usual

    @cached_property
    def targets(self) -> tuple[Version, ...]:
        """All targets."""
        return tuple(self.versions.get(Kind.TARGET, {}).values())

    @cached_property
    def sources(self) -> Mapping[str, SourceBody]:
        """All sources of which something is defined, by name."""
        bodies = ((one.id, one.body) for one in self.versions.get(Kind.SOURCE, {}).values())
        return {name: body for name, body in bodies if isinstance(body, SourceBody)}

    def policy(self, queue: str, channel: str) -> ServiceLevelPolicy:
        """The policy of a queue and channel, with whom it counts as satisfied and what passes."""
        known = self._policies.get((queue, channel))
        if known is None:
            own = self._policy(queue, channel)
            known = self._policies[queue, channel] = self._same.setdefault(own, own)
        return known

    def _policy(self, queue: str, channel: str) -> ServiceLevelPolicy:
        tenant = self.tenant
        own = self.queue(queue)
        level = None if own is None else service_level_for(own, channel)
        policy = self._find(Kind.SERVICE_LEVEL, level or getattr(tenant, "service_level", None))
        csat = self._find(Kind.CSAT, getattr(own, "csat", None) or getattr(tenant, "csat", None))
        qa = self._find(Kind.QA, getattr(own, "qa", None) or getattr(tenant, "qa", None))
        base = DEFAULT_POLICY if policy is None else service_level_of(policy)
        return replace(base, csat=_csat_of(csat) or base.csat, qa=_qa_of(qa) or base.qa)

    def _find(self, kind: Kind, name: str | None) -> Version | None:
        return self.versions.get(kind, {}).get(name or "")

    def _body(self, kind: Kind, name: str, body: type[B]) -> B | None:
        found = self.versions.get(kind, {}).get(name)
        return found.body if found is not None and isinstance(found.body, body) else None


def _longest(body: ChannelBody, usual: Longest) -> Longest:
    wait = usual.wait if body.longest_wait is None else 1000 * body.longest_wait
    conversation = (
        usual.conversation
        if body.longest_conversation is None
        else 1000 * body.longest_conversation
    )
    return Longest(wait, conversation)


def service_level_for(queue: QueueBody, channel: str) -> str | None:
    """The policy that a queue names for a channel."""
    own = {str(one): policy for one, policy in queue.service_level_of.items()}
    return own.get(channel, queue.service_level)


def _csat_of(version: Version | None) -> CsatPolicy | None:
    return (
        CsatPolicy(version.name, version.body.satisfied)
        if version is not None and isinstance(version.body, CsatBody)
        else None
    )


def _qa_of(version: Version | None) -> QaPolicy | None:
    return (
        QaPolicy(version.name, version.body.pass_mark)
        if version is not None and isinstance(version.body, QaBody)
        else None
    )
