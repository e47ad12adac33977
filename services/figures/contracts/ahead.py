"""The running window of a promise: its figure so far, and at its end if the forecast comes true.

Half hours that the contract itself exempts do not count; whether the volume was beyond its forecast
is left to the settlement.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from floorpulse.board.domain.windows import Span
from floorpulse.definitions.domain.contract_reading import contracts_of
from floorpulse.definitions.domain.contract_words import Judged, Window
from floorpulse.definitions.domain.contracts import ContractTerms, Metric, Phase
from floorpulse.figures.contracts.expecting import ExpectedRest
from floorpulse.figures.contracts.slices import CountedSlice, together
from floorpulse.figures.intervals import Interval, next_edge, previous_edge
from floorpulse.figures.tenant_view import TenantView

GRID = {
    Window.INTERVAL: Interval.M30,
    Window.DAY: Interval.D1,
    Window.WEEK: Interval.W1,
    Window.MONTH: Interval.MONTH,
}


@dataclass(frozen=True)
class WindowFigure:
    """What a window counted; `value` in the KPI's unit, None of 0/0."""

    value: Decimal | None
    numerator: Decimal
    denominator: Decimal
    volume: int


@dataclass(frozen=True)
class WindowAhead:
    """A promise in its running window [begin, end), epoch milliseconds."""

    terms: ContractTerms
    metric: Metric
    begin: int
    end: int
    so_far: WindowFigure
    expected: WindowFigure


class ContractAhead:
    """Tells how the promises of contracts will stand."""

    def __init__(self, expected: ExpectedRest) -> None:
        self._expected = expected

    async def windows(
        self, view: TenantView, contract: str, metric: str | None
    ) -> list[WindowAhead]:
        """The promises of a contract (one of them where it is named) in their running windows;
        those that are judged by the share of their windows are left out, and all where the
        contract is not in force. Raises StoreUnavailable.
        """
        found = _running(view, contract)
        if found is None:
            return []
        terms, phase = found
        return [
            await self._window(view, terms, phase, one)
            for one in terms.metrics[phase.id]
            if one.judged is Judged.EACH and metric in (None, one.id)
        ]

    async def _window(
        self, view: TenantView, terms: ContractTerms, phase: Phase, metric: Metric
    ) -> WindowAhead:
        whole = window_at(metric.window, view.now, terms)
        span = Span(
            max(whole.begin, terms.begin, phase.begin), min(whole.end, terms.end, phase.end)
        )
        counted = await self._expected.counted(view, terms, metric, span, span)
        so_far = list(_counting(terms, metric, counted.so_far))
        rest = list(_counting(terms, metric, counted.rest))
        return WindowAhead(
            terms,
            metric,
            span.begin,
            span.end,
            figure_of(metric, so_far),
            figure_of(metric, [*so_far, *rest]),
        )


def _running(view: TenantView, contract: str) -> tuple[ContractTerms, Phase] | None:
    contracts = contracts_of(view.known.versions, view.zone)
    found = next((one for one in contracts if one.id == contract), None)
    terms = None if found is None else found.at(view.now)
    if terms is None:
        return None
    phases = (one for one in terms.phases if one.begin <= view.now < one.end)
    phase = next(phases, None)
    return None if phase is None else (terms, phase)


def window_at(window: Window, at: int, terms: ContractTerms) -> Span:
    """The window that holds an instant, by the clocks of the contract's zone."""
    grid = GRID[window]
    begin = previous_edge(at, grid if grid is Interval.M30 else Interval.D1, terms.zone)
    while grid in (Interval.W1, Interval.MONTH) and next_edge(begin - 1, grid, terms.zone) != begin:
        begin = previous_edge(begin - 1, Interval.D1, terms.zone)
    return Span(begin, next_edge(begin, grid, terms.zone))


def _counting(
    terms: ContractTerms, metric: Metric, slices: Iterable[CountedSlice]
) -> Iterator[CountedSlice]:
    """Those that no exemption of the contract touches."""
    exempt = [one for one in terms.exemptions if one.covers(metric.id)]
    for one in slices:
        if not any(each.begin < one.end and one.begin < each.end for each in exempt):
            yield one


def figure_of(metric: Metric, slices: Sequence[CountedSlice]) -> WindowFigure:
    """Several half hours as one figure, rounded as the metric says."""
    numerator, denominator, volume = together(slices)
    return WindowFigure(_value(metric, numerator, denominator), numerator, denominator, volume)


def _value(metric: Metric, numerator: Decimal, denominator: Decimal) -> Decimal | None:
    if metric.is_count:
        value = numerator
    elif denominator:
        value = metric.scale * numerator / denominator
    else:
        return None
    if metric.places is None:
        return value
    return value.quantize(Decimal(1).scaleb(-metric.places), ROUND_HALF_UP)
