"""Which contacts a contract's scopes reach, remembered for each state of the definitions."""

from collections.abc import Iterable

from floorpulse.definitions.domain.contract_scope import has_channel, queues_under
from floorpulse.definitions.domain.contract_terms import ContractScope
from floorpulse.definitions.domain.contracts import ContractTerms
from floorpulse.definitions.domain.in_force import InForce


class ScopeReach:
    """What the scopes of one version of a contract reach."""

    def __init__(self, terms: ContractTerms) -> None:
        self._terms = terms
        self._known: dict[tuple[int, int], frozenset[str]] = {}

    def queues(self, scope: ContractScope, in_force: InForce) -> frozenset[str]:
        """The queues of a scope while definitions are in force."""
        key = id(scope), id(in_force)
        known = self._known.get(key)
        if known is None:
            found = queues_under(in_force, scope, self._terms.client)
            known = self._known[key] = frozenset(found)
        return known

    def has(self, scope: ContractScope, in_force: InForce, queue: str, channel: str) -> bool:
        """Whether contacts of a queue and channel are of a scope."""
        return has_channel(scope, channel) and queue in self.queues(scope, in_force)

    def all_queues(self, states: Iterable[InForce]) -> set[str]:
        """The queues that any metric or billing rule may count while these are in force."""
        metrics = (one.scope for theirs in self._terms.metrics.values() for one in theirs)
        scopes = [*metrics, *(rule.scope for rule in self._terms.billing)]
        return {
            queue
            for in_force in states
            for scope in scopes
            for queue in self.queues(scope, in_force)
        }
