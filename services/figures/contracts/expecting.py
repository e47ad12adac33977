"""A span of a contract's metric: what it counted so far, and what may be expected of the rest.

What holds for a while is kept for so long: forecasts until a new one is uploaded, what is usual for
an hour, what is expected until the pane is full.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from floorpulse.board.domain.windows import HOUR, MINUTE, Span
from floorpulse.definitions.domain.contracts import ContractTerms, Metric
from floorpulse.figures.contracts.counting import ContractCounts, running_until
from floorpulse.figures.contracts.expected import WEEKS, UsualWeek, usual_week
from floorpulse.figures.contracts.forecasting import ScopedForecast
from floorpulse.figures.contracts.slices import CountedSlice, covers, half_hours
from floorpulse.figures.forecasts.keeper import ForecastStore
from floorpulse.figures.tenant_view import TenantView
from floorpulse.figures.turns import Turns
from floorpulse.kpis.plan import Slot

T = TypeVar("T")
BEFORE = WEEKS * 7 * 24 * HOUR
AT_ONCE = 20
"""Half hours that are expected in one turn of the loop"""


@dataclass(frozen=True)
class Counted:
    """What a metric had in a span, and what may be expected of the rest of it."""

    so_far: list[CountedSlice]
    rest: list[CountedSlice]
    forecast: ScopedForecast


class ExpectedRest:
    """Counts spans and expects their rest."""

    def __init__(self, counts: ContractCounts, forecasts: ForecastStore, turns: Turns) -> None:
        self._counts = counts
        self._forecasts = forecasts
        self._turns = turns
        self._kept: dict[tuple[object, ...], tuple[object, ...]] = {}
        self._looked = -1
        self._latest: Mapping[str, int] = {}

    async def counted(
        self, view: TenantView, terms: ContractTerms, metric: Metric, span: Span, whole: Span
    ) -> Counted:
        """A metric over a span that lies in `whole`, of which forecasts are read together. Raises
        StoreUnavailable.
        """
        slots = await self.slots(view, whole)
        so_far = await self._counts.slices(view, terms, metric, span)
        forecast = self._forecast(view, terms, metric, slots)
        key = "rest", view.tenant, terms.name, metric.id, span
        stamp = running_until(view), id(forecast)
        rest = self._known(key, stamp, list)
        if rest is None:
            rest = await self._rest(view, (terms, metric), span, forecast)
            self._kept[key] = stamp, rest, forecast
        return Counted(so_far, rest, forecast)

    async def slots(self, view: TenantView, whole: Span) -> Sequence[Slot]:
        """What is forecast for a tenant in a span. Raises StoreUnavailable."""
        key = "slots", view.tenant, whole
        stamp = await self._version(view)
        known = self._known(key, stamp, list)
        if known is None:
            known = list(await self._forecasts.in_force(view.tenant, whole))
            self._forget(view.now)
            self._kept[key] = stamp, known
        return known

    async def _version(self, view: TenantView) -> int:
        """The newest upload of a tenant, looked for once a minute."""
        minute = view.now // MINUTE
        if self._looked != minute:
            self._looked = minute
            self._latest = await self._forecasts.latest()
        return self._latest.get(view.tenant, 0)

    def _forget(self, now: int) -> None:
        """Drop what is about spans that are over."""
        over = [key for key in self._kept if isinstance(key[-1], Span) and key[-1].end < now]
        for key in over:
            del self._kept[key]

    def _forecast(
        self, view: TenantView, terms: ContractTerms, metric: Metric, slots: Sequence[Slot]
    ) -> ScopedForecast:
        key = "forecast", view.tenant, terms.name, metric.id
        stamp = id(slots), id(view.known)
        known = self._known(key, stamp, ScopedForecast)
        if known is None:
            in_force = view.known.at(view.now)

            def in_scope(queue: str, channel: str) -> bool:
                return covers(in_force, terms.client, metric.scope, queue, channel)

            known = ScopedForecast(slots, in_scope)
            self._kept[key] = stamp, known, slots, view.known
        return known

    async def _rest(
        self,
        view: TenantView,
        promise: tuple[ContractTerms, Metric],
        span: Span,
        forecast: ScopedForecast,
    ) -> list[CountedSlice]:
        """What may be expected of a span's half hours that are yet to come."""
        terms, metric = promise
        rest = Span(max(span.begin, running_until(view)), span.end)
        if rest.begin >= rest.end:
            return []
        usual = await self._usual(view, terms, metric)
        calendar = view.known.at(view.now).calendars.get(metric.calendar or "")
        spans = half_hours(rest.begin, rest.end, calendar, terms.zone)
        return [
            usual.expected(one, forecast.of(one))
            async for portion in self._turns.over(spans, AT_ONCE)
            for one in portion
        ]

    async def _usual(self, view: TenantView, terms: ContractTerms, metric: Metric) -> UsualWeek:
        """What the weeks up to the begin of this hour had."""
        key = "usual", view.tenant, terms.name, metric.id
        end = view.now - view.now % HOUR
        stamp = end, id(view.known)
        known = self._known(key, stamp, UsualWeek)
        if known is None:
            before = await self._counts.slices(view, terms, metric, Span(end - BEFORE, end))
            known = usual_week(before, terms.zone)
            self._kept[key] = stamp, known, view.known
        return known

    def _known(self, key: tuple[object, ...], stamp: object, kind: type[T]) -> T | None:
        """What is kept under a key and still holds."""
        held = self._kept.get(key)
        if held is None or held[0] != stamp:
            return None
        return held[1] if isinstance(held[1], kind) else None
