"""Which slices do not count for a metric, and why: the first exemption that touches them, else more
contacts than so many times the forecast.

exemption          ├──────────────┤
slices       ├─────┼─────┼─────┼─────┼─────┤
count          yes    no    no    no   yes         a slice that is touched is exempt as a whole
"""

from collections.abc import Iterable

from floorpulse.definitions.domain.contracts import BeyondForecast, ContractTerms, Exemption
from floorpulse.reports.domain.evidence import Slice
from floorpulse.reports.domain.rounding import EXACT
from floorpulse.reports.domain.statement import Cause, ExemptSlice


class Exempting:
    """Asked for the slices of one metric, under one version of a contract."""

    def __init__(self, terms: ContractTerms, declared: Iterable[Exemption], metric: str) -> None:
        known = (one for one in (*terms.exemptions, *declared) if one.covers(metric))
        self._exemptions = sorted(known, key=lambda one: (one.begin, one.end, one.id))
        self._beyond = _beyond(terms.beyond_forecast, metric)

    def exempt(self, one: Slice) -> ExemptSlice | None:
        """The slice with its reason where it does not count."""
        for exemption in self._exemptions:
            if exemption.begin < one.end and one.begin < exemption.end:
                return _exempt(one, Cause(exemption.kind.value), exemption.id)
        if self._is_beyond(one):
            return _exempt(one, Cause.BEYOND_FORECAST, None)
        return None

    def _is_beyond(self, one: Slice) -> bool:
        if self._beyond is None or one.forecast is None:
            return False
        return one.volume > EXACT.multiply(self._beyond.times, one.forecast)


def _beyond(beyond: BeyondForecast | None, metric: str) -> BeyondForecast | None:
    if beyond is None or (beyond.metrics and metric not in beyond.metrics):
        return None
    return beyond


def _exempt(one: Slice, cause: Cause, exemption: str | None) -> ExemptSlice:
    return ExemptSlice(
        begin=one.begin,
        end=one.end,
        cause=cause,
        numerator=one.numerator,
        denominator=one.denominator,
        volume=one.volume,
        exemption=exemption,
        forecast=one.forecast,
    )
