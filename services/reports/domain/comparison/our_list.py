"""Our side of a comparison: the visits that a settlement counted, each with what the contract says
of it.
"""

from collections.abc import Iterable, Sequence

from floorpulse.contracts.visits import Outcome
from floorpulse.definitions.domain.contract_terms import ContractScope
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.kpis.formulas.service_level import past_threshold
from floorpulse.reports.domain.comparison.listing import ListedVisit, Listing
from floorpulse.reports.domain.contract_scope import ScopeReach
from floorpulse.reports.domain.judged_visits import is_billable
from floorpulse.reports.domain.part_tally import by_contacts
from floorpulse.reports.domain.periods import Part
from floorpulse.reports.domain.visit_records import VisitRecord


def our_list(
    records: Iterable[VisitRecord], parts: Sequence[Part], known: TenantDefinitions
) -> Listing:
    """The records of a settlement as a list."""
    judge = _Judge(parts, known)
    listing = Listing()
    for line, record in enumerate(records, 1):
        listing.add(judge.listed(record)._replace(line=line))
    return listing


class _Judge:
    """Says of a visit whether it is billed, and within the threshold of the first service level
    that it counts in.
    """

    def __init__(self, parts: Sequence[Part], known: TenantDefinitions) -> None:
        self._parts = parts
        self._known = known
        self._reach = {one.terms.name: ScopeReach(one.terms) for one in parts}

    def listed(self, record: VisitRecord) -> ListedVisit:
        """A record as a list has it."""
        return ListedVisit(
            contact=record.contact,
            offered=record.offered_at,
            queue=record.queue,
            outcome=record.outcome,
            wait=record.wait,
            talk=record.talk,
            hold=record.hold,
            wrap=record.wrap,
            billable=self._billable(record),
            within=self._within(record),
            channel=record.channel,
        )

    def _part(self, record: VisitRecord) -> Part | None:
        at = record.offered_at
        return next((one for one in self._parts if one.begin <= at < one.end), None)

    def _billable(self, record: VisitRecord) -> bool | None:
        """Whether any rule bills it; None where none charges for contacts."""
        part = self._part(record)
        rules = [] if part is None else [one for one in part.terms.billing if by_contacts(one)]
        if part is None or not rules:
            return None
        return any(
            self._holds(part, rule.scope, record) and is_billable(record, rule.billable)
            for rule in rules
        )

    def _within(self, record: VisitRecord) -> bool | None:
        """None of visits that waited in vain, and where no service level is promised."""
        part = self._part(record)
        if part is None or record.wait is None or record.outcome is not Outcome.ANSWERED:
            return None
        for metric in part.terms.metrics.get(part.phase.id, ()):
            if metric.policy is not None and self._holds(part, metric.scope, record):
                return not past_threshold(record.wait, metric.policy)
        return None

    def _holds(self, part: Part, scope: ContractScope, record: VisitRecord) -> bool:
        in_force = self._known.at(record.offered_at)
        reach = self._reach[part.terms.name]
        return reach.has(scope, in_force, record.queue, record.channel)
