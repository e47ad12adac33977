"""Whom a report tells of: the tenant, one of its queues, or the contacts of a contract."""

from collections.abc import Collection

from floorpulse.board.domain.windows import Span
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.contract_reading import contracts_of
from floorpulse.definitions.domain.contract_scope import queues_under
from floorpulse.definitions.domain.contracts import Contract, ContractTerms
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.names import name_in
from floorpulse.reports.domain.periods import Period
from floorpulse.reports.domain.report import Names, Subject, Whom

LANGUAGES = ("en", "zh")
LISTED = 50
"""Known names that a refusal lists"""


class UnknownSubjectError(LookupError):
    """There is no such tenant, queue or contract; the message lists those that there are."""


def names_in(names: Names, own_id: str) -> Names:
    """What something is called in each language of reports."""
    return {language: name_in(language, names, own_id) for language in LANGUAGES}


def tenant_names(tenant: str, in_force: InForce) -> Names:
    """What a tenant is called."""
    body = in_force.tenant
    return names_in({} if body is None else body.names, tenant)


def of_tenant(tenant: str, in_force: InForce) -> Subject:
    """All contacts."""
    return Subject(whom=Whom.TENANT, id=tenant, names=tenant_names(tenant, in_force))


def of_queue(queue: str, in_force: InForce, known: Collection[str]) -> Subject:
    """The contacts of one queue; UnknownSubjectError where floor and definitions know none."""
    known = {*known, *in_force.queues}
    if queue not in known:
        raise UnknownSubjectError(unknown("queue", queue, known))
    body = in_force.queue(queue)
    names = names_in({} if body is None else body.names, queue)
    return Subject(whom=Whom.QUEUE, id=queue, names=names, queues=(queue,))


def of_contract(contract: str, known: TenantDefinitions, period: Period) -> Subject:
    """The contacts of a contract as it stands when the period begins, or first in it.

    UnknownSubjectError where there is none, or none in force in the period.
    """
    ids = known.ids.get(Kind.CONTRACT, ())
    if contract not in ids:
        raise UnknownSubjectError(unknown("contract", contract, ids))
    standing = versions_in(contract, known, period)
    if not standing:
        message = f"the contract {contract!r} is not in force in this period"
        raise UnknownSubjectError(message)
    terms = standing[0]
    in_force = known.at(max(period.begin, terms.begin))
    queues = tuple(queues_under(in_force, terms.scope, terms.client))
    if not queues:
        message = f"the contract {contract!r} has no queue in this period"
        raise UnknownSubjectError(message)
    return Subject(
        whom=Whom.CONTRACT,
        id=contract,
        names=names_in(dict(terms.names), contract),
        queues=queues,
        channels=tuple(terms.scope.channels),
    )


def lifetime(contract: str, known: TenantDefinitions) -> Span:
    """From the first instant of a contract to its end, epoch milliseconds."""
    versions = _contract(contract, known).versions
    return Span(versions[0].begin, versions[-1].end)


def versions_in(contract: str, known: TenantDefinitions, period: Period) -> list[ContractTerms]:
    """The versions of a contract that are in force in a period, in the order of time."""
    own = _contract(contract, known).versions
    return [one for one in own if one.begin < period.end and one.end > period.begin]


def _contract(contract: str, known: TenantDefinitions) -> Contract:
    return next(one for one in contracts_of(known.versions, known.zone) if one.id == contract)


def unknown(what: str, name: str, known: Collection[str]) -> str:
    """That there is none of this name, and which there are."""
    listed = ", ".join(sorted(known)[:LISTED]) or "none"
    more = len(known) - LISTED
    return f"unknown {what}: {name}; known are: {listed}" + (
        f" and {more} more" if more > 0 else ""
    )
