"""One visit under the terms of a contract: what it adds to a service level, and to a bill."""

from floorpulse.contracts.visits import Outcome
from floorpulse.counting.histograms import Boundary
from floorpulse.definitions.domain.contract_terms import BillableBody
from floorpulse.definitions.domain.contracts import BillingRule
from floorpulse.kpis.formulas.service_level import hits_and_total, past_threshold
from floorpulse.kpis.policies import ServiceLevelPolicy
from floorpulse.reports.domain.visit_records import VisitRecord

SECOND = 1000


def hit_and_total(
    outcome: Outcome | None, wait: int, policy: ServiceLevelPolicy
) -> tuple[int, int]:
    """What a visit adds to numerator and denominator of a service level; `wait` in milliseconds by
    the policy's clock, so far where there is no outcome.
    """
    late = past_threshold(wait, policy)
    match outcome:
        case Outcome.ANSWERED:
            return hits_and_total(policy.formula, int(not late), 0, 0, 1, 0)
        case Outcome.ABANDONED:
            short = int(_within(wait, policy.short, policy.boundary))
            return hits_and_total(policy.formula, 0, int(not late), short, 0, 1)
        case Outcome.LEFT:
            return 0, int(policy.flow_outs)
        case None:  # pragma: no branch  there is no fourth
            return 0, int(late and policy.waiting_past_threshold)


def _within(wait: int, seconds: int, boundary: Boundary) -> bool:
    return wait <= seconds * SECOND if boundary == "le" else wait < seconds * SECOND


def is_billable(record: VisitRecord, billable: BillableBody) -> bool:
    """Whether a contact is one that is paid for."""
    if billable.least_talk is not None and record.talk < billable.least_talk * SECOND:
        return False
    match billable.contacts:
        case "answered":
            return record.outcome is Outcome.ANSWERED
        case "handled":
            return record.completed_at is not None
        case "offered":  # pragma: no branch  there is no fourth
            return not _is_short(record, billable.without_short)


def _is_short(record: VisitRecord, seconds: int | None) -> bool:
    gave_up = record.outcome is Outcome.ABANDONED
    return seconds is not None and gave_up and (record.wait or 0) <= seconds * SECOND


def billed_time(record: VisitRecord, rule: BillingRule) -> int:
    """The milliseconds that are paid for of a completed contact; 0 before: at least so many
    seconds, rounded up to whole increments.
    """
    if record.completed_at is None:
        return 0
    spent = record.talk
    if rule.time != "talk":
        spent += record.hold
    if rule.time == "handle":
        spent += record.wrap
    spent = max(spent, (rule.least or 0) * SECOND)
    step = rule.increment and rule.increment * SECOND
    return -(-spent // step) * step if step else spent
