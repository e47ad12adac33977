"""Which contacts a contract is about: its client's queues, or those it names, on its channels, at
its sites.
"""

from collections.abc import Iterable

from floorpulse.definitions.domain.contract_terms import ContractScope
from floorpulse.definitions.domain.contracts import ContractTerms
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.terms import Grouping


def has_queue(scope: ContractScope, client: str, in_force: InForce, queue: str) -> bool:
    """Whether a queue is one of the scope while definitions are in force."""
    mine = (
        queue in scope.queues if scope.queues else in_force.group(Grouping.CLIENT, queue) == client
    )
    return mine and (not scope.sites or in_force.group(Grouping.SITE, queue) in scope.sites)


def has_contact(
    scope: ContractScope, client: str, in_force: InForce, queue: str, channel: str
) -> bool:
    """Whether contacts of a queue and channel are of the scope while definitions are in force."""
    if scope.channels and channel not in scope.channels:
        return False
    return has_queue(scope, client, in_force, queue)


def scopes_of(terms: ContractTerms) -> list[ContractScope]:
    """The scopes of all metrics and billing rules of a version, in any phase."""
    metrics = (metric.scope for theirs in terms.metrics.values() for metric in theirs)
    return [terms.scope, *metrics, *(rule.scope for rule in terms.billing)]


def queues_of(terms: ContractTerms, states: Iterable[InForce]) -> set[str]:
    """All queues that any of a version's metrics and rules may count while these definitions are in
    force.
    """
    scopes = scopes_of(terms)
    named = {queue for scope in scopes for queue in scope.queues}
    return named | {
        queue
        for in_force in states
        for queue in in_force.queues
        for scope in scopes
        if has_queue(scope, terms.client, in_force, queue)
    }
