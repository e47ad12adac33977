"""A period of a contract settled: pure and exact, the same statement for the same evidence.

evidence ─► attainment by window ─► tiers, streaks ─► steps ─► caps ─► totals
        └─► billing lines, minimum charge ─► fees ─────┘ (what per cent are of)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from msgspec import structs

from floorpulse.definitions.domain.contracts import Contract, ContractTerms
from floorpulse.reports.domain.attaining import Kept, attained
from floorpulse.reports.domain.billing import billed, minimum_line
from floorpulse.reports.domain.capping import capped
from floorpulse.reports.domain.charging import charged
from floorpulse.reports.domain.evidence import Evidence, MetricEvidence, PartEvidence
from floorpulse.reports.domain.fees import PartFees
from floorpulse.reports.domain.matching import matched
from floorpulse.reports.domain.periods import Part, Period
from floorpulse.reports.domain.rounding import AmountRounding, Carried, total_of
from floorpulse.reports.domain.statement import (
    BillingLine,
    CapKind,
    CapStep,
    MinimumLine,
    PartStatement,
    Statement,
    Step,
    StepKind,
    Totals,
)


@dataclass(frozen=True)
class SettledPart:
    """A part with its lines and steps."""

    part: Part
    fees: PartFees
    kept: tuple[Kept, ...]
    steps: tuple[Carried[Step], ...]

    def told(self) -> PartStatement:
        """As it stands in the statement."""
        return PartStatement(
            terms=self.part.terms.name,
            phase=self.part.phase.id,
            kind=self.part.phase.kind,
            begin=self.part.begin,
            end=self.part.end,
            billing=tuple(one.line for one in self.fees.lines),
            attainments=tuple(one.attainment for one in self.kept),
            steps=tuple(one.line for one in self.steps),
        )


def settle(contract: Contract, period: Period, evidence: Evidence) -> Statement:
    """The statement of a period. Raises `NotInForceError` where the contract does not hold in any
    of it, `EvidenceMismatchError` where the evidence is that of other parts, metrics or billing
    rules.
    """
    pairs = matched(contract, period, evidence)
    fees = _fees(period, pairs)
    parts = list(_settled(fees, evidence))
    caps = _caps(parts)
    minimums = _minimums(fees)
    terms = pairs[-1][0].terms
    return Statement(
        contract=contract.id,
        currency=terms.currency,
        zone=terms.zone.key,
        begin=period.begin,
        end=period.end,
        parts=tuple(one.told() for one in parts),
        minimums=tuple(one.line for one in minimums),
        caps=tuple(one.line for one in caps),
        totals=_totals(terms, parts, minimums, caps),
    )


def _fees(period: Period, pairs: Sequence[tuple[Part, PartEvidence]]) -> list[PartFees]:
    """What is billed of each part, and what is missing to its version's minimum charge."""
    lines = [tuple(billed(part, evidence)) for part, evidence in pairs]
    minimums: dict[str, Carried[MinimumLine] | None] = {}
    for part, _ in pairs:
        name = part.terms.name
        mine = [place for place, (one, _) in enumerate(pairs) if one.terms.name == name]
        theirs: list[Carried[BillingLine]] = [one for place in mine for one in lines[place]]
        parts = [pairs[place][0] for place in mine]
        minimums[name] = minimum_line(part.terms, period, parts, theirs)
    return [
        PartFees(part, evidence, mine, minimums[part.terms.name])
        for (part, evidence), mine in zip(pairs, lines, strict=True)
    ]


def _settled(fees: Sequence[PartFees], evidence: Evidence) -> Iterable[SettledPart]:
    runs: dict[tuple[str, str], int] = {}
    for one in fees:
        phase = one.part.phase.id
        known = {metric.metric: metric for metric in one.evidence.metrics}
        kept = []
        steps: list[Carried[Step]] = []
        for metric in one.part.terms.metrics[phase]:
            run = _run(runs, phase, known[metric.id])
            how = attained(one.part, metric, known[metric.id], evidence.exemptions, run)
            runs[phase, metric.id] = how.attainment.missed_at_end
            kept.append(how)
            steps += charged(metric, how, one)
        yield SettledPart(one.part, one, tuple(kept), tuple(steps))


def _run(runs: dict[tuple[str, str], int], phase: str, evidence: MetricEvidence) -> int:
    """The misses before a part: those of the part before it in the same phase, of the first one
    those that the evidence tells.
    """
    return runs.get((phase, evidence.metric), evidence.missed_before)


def _caps(parts: Sequence[SettledPart]) -> list[Carried[CapStep]]:
    """What the caps of each version take off."""
    found: list[Carried[CapStep]] = []
    for terms in _versions(parts):
        mine = [one for one in parts if one.part.terms.name == terms.name]
        fee = sum((one.fees.whole(()) for one in mine), Fraction(0))
        found += capped(terms, fee, [step for one in mine for step in one.steps])
    return found


def _versions(parts: Sequence[SettledPart]) -> Iterable[ContractTerms]:
    return {one.part.terms.name: one.part.terms for one in parts}.values()


def _minimums(fees: Sequence[PartFees]) -> list[Carried[MinimumLine]]:
    """The minimum charges of all versions, each once."""
    by_version = {one.part.terms.name: one.minimum for one in fees}
    return [one for one in by_version.values() if one is not None]


def _totals(
    terms: ContractTerms,
    parts: Sequence[SettledPart],
    minimums: Sequence[Carried[MinimumLine]],
    caps: Sequence[Carried[CapStep]],
) -> Totals:
    """The sums. What is added up are the amounts as they are told, so that whoever adds them comes
    to the same; only the total is rounded from the exact ones.
    """
    steps = [step for one in parts for step in one.steps]
    penalties = [one for one in steps if one.line.kind is not StepKind.BONUS]
    bonuses = [one for one in steps if one.line.kind is StepKind.BONUS]
    off = [one for one in caps if one.line.kind is not CapKind.BONUSES]
    off_bonuses = [one for one in caps if one.line.kind is CapKind.BONUSES]
    fees = [line for one in parts for line in one.fees.lines]
    exact = total_of(fees) + total_of(minimums) - total_of(penalties) + total_of(off)
    exact += total_of(bonuses) - total_of(off_bonuses)
    total = AmountRounding(terms.rounding).total(exact)
    sums = Totals(
        fees=_sum(one.line.amount for one in fees),
        minimum=_sum(one.line.amount for one in minimums),
        penalties=_sum(one.line.amount for one in penalties),
        penalties_capped=_sum(one.line.amount for one in off),
        bonuses=_sum(one.line.amount for one in bonuses),
        bonuses_capped=_sum(one.line.amount for one in off_bonuses),
        rounding=Decimal(0),
        total=total,
    )
    return structs.replace(sums, rounding=total - unrounded(sums))


def unrounded(totals: Totals) -> Decimal:
    """What the amounts come to before the total is rounded."""
    penalties = totals.penalties - totals.penalties_capped
    bonuses = totals.bonuses - totals.bonuses_capped
    return totals.fees + totals.minimum - penalties + bonuses


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
