"""What customers and evaluators thought, as formulas: satisfaction, promoters, evaluations that
pass.
"""

from floorpulse.contracts.cells import Cell, Histogram
from floorpulse.counting.histograms import count_passed, count_scores
from floorpulse.kpis.figures import SpanFigures, Value, share
from floorpulse.kpis.policies import ServiceLevelPolicy


def csat(figures: SpanFigures, policy: ServiceLevelPolicy) -> Value:
    """The share that counts as satisfied under the policy."""
    return share(
        count_scores(figures.cells, Histogram.CSAT, policy.csat.satisfied, 1.0),
        figures.of(Cell.CSAT_COUNT),
    )


def nps(figures: SpanFigures, _: ServiceLevelPolicy) -> Value:
    """100 × (promoters − detractors) / answers: 9 and 10 of 0 to 10, and 0 to 6."""
    promoters = count_scores(figures.cells, Histogram.NPS, 0.9, 1.0)
    detractors = count_scores(figures.cells, Histogram.NPS, 0.0, 0.6)
    size = figures.of(Cell.NPS_COUNT)
    return Value(
        100 * (promoters - detractors) / size if size else None, promoters - detractors, size
    )


def qa_pass_rate(figures: SpanFigures, policy: ServiceLevelPolicy) -> Value:
    """As the evaluators said, or by the points where a definition has a pass mark."""
    if policy.qa.pass_mark is None:
        return share(figures.of(Cell.QA_PASSED), figures.of(Cell.QA_JUDGED))
    return share(*count_passed(figures.cells, policy.qa.pass_mark))


def qa_coverage(figures: SpanFigures, _: ServiceLevelPolicy) -> Value:
    """Evaluations over handled contacts, never more than all."""
    handled = figures.of(Cell.HANDLED)
    return share(min(figures.of(Cell.QA_COUNT), handled), handled)
