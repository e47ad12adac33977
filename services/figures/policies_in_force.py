"""What figures are computed with: the policies in force when a span began, one named by the
question, or either restated.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.definitions.domain.in_force import InForce, service_level_of
from floorpulse.figures.restate import Restatement
from floorpulse.kpis.policies import DEFAULT_POLICY, ServiceLevelPolicy

BUILT_IN = ("default", DEFAULT_POLICY.name)


@dataclass(frozen=True)
class DefinitionChoice:
    """What a question says about definitions: `named` is `id` or `id@version` of a policy, None the
    one of each queue.
    """

    named: str | None = None
    restatement: Restatement = field(default_factory=Restatement)

    def terms(self, known: TenantDefinitions, at: int) -> "PoliciesInForce":
        """The terms of a span that begins at an instant."""
        return PoliciesInForce(self, known, known.at(at))


AS_IN_FORCE = DefinitionChoice()


class PoliciesInForce:
    """The policies of a tenant's queues as a question wants them, while `in_force` holds."""

    def __init__(
        self, basis: DefinitionChoice, known: TenantDefinitions, in_force: InForce
    ) -> None:
        self.in_force = in_force
        self._restatement = basis.restatement
        self._named = None if basis.named is None else named(basis.named, known, in_force)
        restated = basis.restatement
        self._named_by_visits = self._named is not None and self._named.by_visits
        self._restated_by_visits = restated.by_visits
        self._plain = self._named is None and basis.restatement == Restatement()
        self._made: dict[ServiceLevelPolicy, ServiceLevelPolicy] = {}

    @property
    def by_visits(self) -> bool:
        """Whether under any of the policies only the visits tell who was in time."""
        if self._restated_by_visits or self._named_by_visits:
            return True
        return self._named is None and self.in_force.by_visits

    def policy(self, queue: str, channel: str) -> ServiceLevelPolicy:
        """The policy of a queue and channel; ValueError where it cannot be restated so."""
        own = self.in_force.policy(queue, channel)
        if self._plain:
            return own
        made = self._made.get(own)
        if made is None:
            base = own if self._named is None else replace(self._named, csat=own.csat, qa=own.qa)
            made = self._made[own] = self._restatement.of(base)
        return made


class PoliciesOverTime:
    """The terms of every span, each made once."""

    def __init__(self, basis: DefinitionChoice, known: TenantDefinitions) -> None:
        self._basis = basis
        self._known = known
        self._made: dict[int, PoliciesInForce] = {}

    def at(self, instant: int) -> PoliciesInForce:
        """The terms of a span that begins at an instant."""
        return self._of(self._known.at(instant))

    def during(self, begin: int, end: int) -> list[PoliciesInForce]:
        """The terms of all spans that begin in [begin, end)."""
        return [self._of(in_force) for in_force in self._known.during(begin, end)]

    def _of(self, in_force: InForce) -> PoliciesInForce:
        made = self._made.get(id(in_force))
        if made is None:
            made = self._made[id(in_force)] = PoliciesInForce(self._basis, self._known, in_force)
        return made


def named(name: str, known: TenantDefinitions, in_force: InForce) -> ServiceLevelPolicy:
    """The policy of that name: `id@version` is that very one, `id` the one in force, or the first
    there ever was.

    KeyError where there is none; `names` are those there are.
    """
    if name in BUILT_IN:
        return DEFAULT_POLICY
    own, _, number = name.partition("@")
    versions = known.service_levels(own)
    if number:
        return next(policy for policy in map(service_level_of, versions) if policy.name == name)
    standing = in_force.service_level(own)
    return service_level_of(standing or versions[0])


def names(known: TenantDefinitions) -> list[str]:
    """The names that a question may use."""
    versions = [one for one in known.versions if one.kind is Kind.SERVICE_LEVEL]
    return [
        DEFAULT_POLICY.name,
        *dict.fromkeys(one.id for one in versions),
        *(one.name for one in versions),
    ]


def target_ids(known: TenantDefinitions) -> list[str]:
    """The ids of all targets that stand."""
    return list(known.ids.get(Kind.TARGET, ()))


def impossible(
    basis: DefinitionChoice, known: TenantDefinitions, queue_channels: Iterable[tuple[str, str]]
) -> str | None:
    """Why the policies of these queues and channels cannot be restated so; None where they can."""
    if basis.restatement == Restatement():
        return None
    asked = list(queue_channels) or [("", "")]
    try:
        for state in known.states:
            terms = PoliciesInForce(basis, known, state)
            for queue, channel in asked:
                terms.policy(queue, channel)
    except ValueError as wrong:
        return str(wrong)
    return None
