"""Evidence beside the parts of a period that it must be of: what does not match is refused, never
settled.
"""

from collections.abc import Iterable

from floorpulse.definitions.domain.contract_words import Per
from floorpulse.definitions.domain.contracts import Contract
from floorpulse.reports.domain.evidence import Evidence, PartEvidence
from floorpulse.reports.domain.periods import Part, Period, parts_of


class NotInForceError(ValueError):
    """The contract does not hold on any day of the period."""


class EvidenceMismatchError(ValueError):
    """The evidence is that of something else."""


def matched(
    contract: Contract, period: Period, evidence: Evidence
) -> list[tuple[Part, PartEvidence]]:
    """Each part of the period with its evidence."""
    parts = parts_of(contract, period)
    if not parts:
        message = (
            f"contract {contract.id} is not in force on any day from {period.first} up to "
            f"{period.after}: settle a period that its phases hold"
        )
        raise NotInForceError(message)
    wanted = [(one.terms.name, one.phase.id, one.begin, one.end) for one in parts]
    given = [(one.terms, one.phase, one.begin, one.end) for one in evidence.parts]
    if wanted != given:
        message = f"the evidence is of the parts {given}, the period has {wanted}: gather it anew"
        raise EvidenceMismatchError(message)
    pairs = list(zip(parts, evidence.parts, strict=True))
    for part, own in pairs:
        _same_names(part, own)
    return pairs


def _same_names(part: Part, evidence: PartEvidence) -> None:
    metrics = [one.id for one in part.terms.metrics[part.phase.id]]
    rules = [one.id for one in part.terms.billing if one.per is not Per.MONTH]
    _same("metrics", metrics, [one.metric for one in evidence.metrics])
    _same("billing rules", rules, [one.rule for one in evidence.billing])


def _same(what: str, wanted: Iterable[str], given: Iterable[str]) -> None:
    if sorted(wanted) != sorted(given):
        message = (
            f"the evidence has the {what} {', '.join(sorted(given)) or 'none'}, "
            f"the contract {', '.join(sorted(wanted)) or 'none'}: gather it anew"
        )
        raise EvidenceMismatchError(message)
