"""What each kind of difference is worth: the settlement with the visits as their list has them,
less the settlement as it is.

Each kind is taken alone, and all together. These need not add up: a tier is reached by several
kinds that none reaches alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from floorpulse.reports.domain.comparison.claims import FIELDS, WHOLE, claims
from floorpulse.reports.domain.comparison.compared import Compared
from floorpulse.reports.domain.comparison.counted import Grounds, claimed
from floorpulse.reports.domain.comparison.findings import Finding
from floorpulse.reports.domain.evidence import Evidence
from floorpulse.reports.domain.statement import Statement, Totals


@dataclass(frozen=True)
class Worth:
    """How the amounts of a settlement would change, in its currency; more than 0: the client pays
    more.
    """

    total: Decimal
    fees: Decimal
    penalties: Decimal
    bonuses: Decimal


@dataclass(frozen=True)
class Settled:
    """A settlement that can be settled anew under other evidence."""

    evidence: Evidence
    statement: Statement
    grounds: Grounds
    settle: Callable[[Evidence], Statement]

    def worth_of(self, evidence: Evidence) -> Worth:
        """What other evidence would change."""
        return _less(self.settle(evidence).totals, self.statement.totals)


def worths(settled: Settled, compared: Compared) -> list[tuple[Finding, Worth | None]]:
    """What each finding is worth alone; None where it claims nothing."""
    return [(finding, _worth(settled, compared, [finding])) for finding in compared.findings]


def worth_of_all(settled: Settled, compared: Compared) -> Worth | None:
    """What all findings are worth together: the settlement as their list would have it."""
    return _worth(settled, compared, compared.findings)


def _worth(settled: Settled, compared: Compared, findings: Sequence[Finding]) -> Worth | None:
    if not any(finding.kind in FIELDS or finding.kind in WHOLE for finding in findings):
        return None
    said = claims(compared, findings)
    return settled.worth_of(claimed(settled.evidence, settled.grounds, said))


def _less(after: Totals, before: Totals) -> Worth:
    return Worth(
        total=after.total - before.total,
        fees=after.fees + after.minimum - before.fees - before.minimum,
        penalties=_after_caps(after)[0] - _after_caps(before)[0],
        bonuses=_after_caps(after)[1] - _after_caps(before)[1],
    )


def _after_caps(totals: Totals) -> tuple[Decimal, Decimal]:
    return (
        totals.penalties - totals.penalties_capped,
        totals.bonuses - totals.bonuses_capped,
    )
