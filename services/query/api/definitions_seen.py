"""Which versions of definitions a caller may read: all of the tenant's, or those that a contract's
figures are made with.
"""

from collections.abc import Iterator, Sequence

from floorpulse.definitions.domain.bodies import Kind, QueueBody
from floorpulse.definitions.domain.contract_terms import ContractBody
from floorpulse.definitions.domain.in_force import Version
from floorpulse.figures.tenant_view import TenantView


def shown_versions(view: TenantView) -> Sequence[Version]:
    """The versions that may be read, in order."""
    if view.contract is None:
        return view.known.versions
    own = [one for one in view.known.versions if _is_own(one, view)]
    named = {(kind, name) for one in own for kind, name in _named(one)}
    return [one for one in view.known.versions if one in own or (one.kind, one.id) in named]


def _is_own(version: Version, view: TenantView) -> bool:
    """Whether it is the contract itself, or one of its queues, their policies and their targets."""
    match version.kind:
        case Kind.CONTRACT:
            return version.id == view.contract
        case Kind.QUEUE:
            return version.id in view.queues and _is_run_for(version, view)
        case Kind.SERVICE_LEVEL:
            return version.id in {name.partition("@")[0] for name in view.policies}
        case Kind.TARGET:
            return version.id in view.targets
        case _:
            return False


def _is_run_for(queue: Version, view: TenantView) -> bool:
    """Whether a version of a queue is that of the contract's client, or of nobody's."""
    contracts = (one.body for one in view.known.versions if one.id == view.contract)
    clients = {body.client for body in contracts if isinstance(body, ContractBody)}
    return isinstance(queue.body, QueueBody) and queue.body.client in (None, *clients)


def _named(version: Version) -> Iterator[tuple[Kind, str | None]]:
    """The definitions that figures under a version need too."""
    body = version.body
    if isinstance(body, QueueBody):
        yield Kind.CALENDAR, body.calendar
        yield Kind.CSAT, body.csat
        yield Kind.QA, body.qa
    if isinstance(body, ContractBody):
        yield Kind.CLIENT, body.client
        yield Kind.CALENDAR, body.calendar
        for metric in body.metrics:
            yield Kind.CALENDAR, metric.calendar
