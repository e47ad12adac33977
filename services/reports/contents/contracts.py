"""A contract in its report: how its promises were kept, and what settling would come to."""

from decimal import Decimal

from floorpulse.definitions.domain.contracts import Contract
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.kpis.catalogue import ASKED
from floorpulse.reports.contents.asking import Scope
from floorpulse.reports.contents.subjects import versions_in
from floorpulse.reports.domain import questions
from floorpulse.reports.domain.periods import Period, period_of
from floorpulse.reports.domain.report import ContractTold, MetricTold, Whom
from floorpulse.reports.domain.settlement_links import PartLinks
from floorpulse.reports.domain.statement import Attainment, PartStatement, StepKind
from floorpulse.reports.evidence.reader import EvidenceQuery
from floorpulse.reports.settlement.desk import SettlementDesk


async def contract(
    desk: SettlementDesk, scope: Scope, known: TenantDefinitions
) -> ContractTold | None:
    """The preview; None of a tenant or queue, and where the contract is settled by another
    period.
    """
    subject = scope.subject
    period = scope.period
    if subject.whom is not Whom.CONTRACT:
        return None
    terms = {one.name: one for one in versions_in(subject.id, known, period)}
    kinds = {one.period for one in terms.values()}
    if kinds != {period.kind}:
        return None

    def asked(own: Contract) -> Period:
        return period_of(period.kind, period.first, own.versions[-1].zone)

    query = EvidenceQuery(scope.tenant, subject.id, asked, draft=True)
    statement = await desk.preview(query)
    totals = statement.totals
    return ContractTold(
        currency=statement.currency,
        metrics=tuple(
            _metric(part, one, PartLinks(number, part, terms[part.terms], known))
            for number, part in enumerate(statement.parts, 1)
            for one in part.attainments
        ),
        fees=totals.fees,
        minimum=totals.minimum,
        penalties=totals.penalties - totals.penalties_capped,
        bonuses=totals.bonuses - totals.bonuses_capped,
        total=totals.total,
        question=questions.settlements(subject.id),
    )


def _metric(part: PartStatement, kept: Attainment, links: PartLinks) -> MetricTold:
    kpi = ASKED[kept.kpi]
    link = links.by_window(kept)
    costs = {
        bonus: sum(
            (
                step.amount
                for step in part.steps
                if step.metric == kept.metric and (step.kind is StepKind.BONUS) is bonus
            ),
            Decimal(0),
        )
        for bonus in (True, False)
    }
    return MetricTold(
        metric=kept.metric,
        phase=part.phase,
        kpi=kept.kpi,
        names={"en": kpi.en, "zh": kpi.zh},
        unit=kpi.unit,
        comparison=kept.comparison,
        target=kept.target,
        window=kept.window,
        kept=kept.kept,
        missed=kept.missed,
        not_judged=kept.not_judged,
        penalties=costs[False],
        bonuses=costs[True],
        value=kept.value,
        question=link.figure or "",
        missed_question=link.missed or "",
    )
