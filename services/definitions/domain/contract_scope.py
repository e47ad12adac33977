"""Which queues and channels a contract, a metric or a billing rule reaches at an instant."""

from floorpulse.definitions.domain.contract_terms import ContractScope
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.terms import Grouping


def queues_under(known: InForce, scope: ContractScope, client: str) -> list[str]:
    """The queues that a scope in a contract with a client reaches, sorted: those it names, else the
    client's; at its sites only, where it names any.
    """
    return sorted(queue for queue in known.queues if reaches(known, scope, client, queue))


def reaches(known: InForce, scope: ContractScope, client: str, queue: str) -> bool:
    """Whether a scope in a contract with a client reaches a queue that is defined."""
    if scope.queues and queue not in scope.queues:
        return False
    if not scope.queues and known.group(Grouping.CLIENT, queue) != client:
        return False
    return not scope.sites or known.group(Grouping.SITE, queue) in scope.sites


def has_channel(scope: ContractScope, channel: str) -> bool:
    """Whether a scope reaches contacts of a channel."""
    return not scope.channels or channel in [str(one) for one in scope.channels]
