"""What is expected to come to a queue: the forecast, set right by what came lately.

forecast      ├── 100 an hour ──┼──── 120 an hour ────┤
came          ├── 130 an hour ──┤ now
expected                        ├──── 156 an hour ────┤
"""

from dataclasses import dataclass
from enum import StrEnum

FEWEST = 10
"""So many contacts must have come, or been forecast, for the two to be compared"""
AN_HOUR = 3600


class Basis(StrEnum):
    """What expected arrivals are made of."""

    SCALED = "forecast_scaled"
    """The forecast, times how much more or fewer came lately than it said"""
    FORECAST = "forecast"
    """The forecast alone: too few contacts came lately to compare"""
    MEASURED = "measured"
    """What came lately: nothing, or less than a contact, was forecast"""


@dataclass(frozen=True)
class ExpectedArrivals:
    """Contacts an hour: forecast for the time to come (None: nothing was), came lately, expected;
    and what that is made of.
    """

    forecast: float | None
    measured: float
    expected: float
    basis: Basis


@dataclass(frozen=True)
class Lately:
    """The contacts that came in the last `seconds`, and how many were forecast for them (None:
    nothing was).
    """

    came: int
    seconds: float
    forecast: float | None


def expected_arrivals(ahead: float | None, lately: Lately) -> ExpectedArrivals:
    """What is expected; `ahead` is the forecast of the time to come, contacts an hour."""
    measured = AN_HOUR * lately.came / lately.seconds if lately.seconds else 0.0
    if ahead is None or lately.forecast is None or not ahead:
        return ExpectedArrivals(ahead, measured, measured, Basis.MEASURED)
    if max(lately.came, lately.forecast) < FEWEST:
        return ExpectedArrivals(ahead, measured, ahead, Basis.FORECAST)
    if lately.forecast < 1:
        return ExpectedArrivals(ahead, measured, measured, Basis.MEASURED)
    scaled = ahead * lately.came / lately.forecast
    return ExpectedArrivals(ahead, measured, scaled, Basis.SCALED)
