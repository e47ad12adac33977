"""Figures, spans and instants of reports as people read them, in English and Chinese.

A share that should be high is cut, not rounded, to a tenth: 79.96 % must not read 80 while it
misses 80.
"""

from decimal import Decimal
from math import floor

from floorpulse.kpis.units import Better, Unit

UNKNOWN = "–"
NOTHING = "0.0"
"""A change that is too small to be written"""
NEARLY = 1e-9
"""What binary fractions may be short of a tenth that is meant"""
MINUTE = 60
HOUR = 3600
CENTS = 2
"""Places of an amount that is written with fewer"""


def shown(value: float | None, unit: Unit, better: Better = Better.NEITHER) -> str:
    """A value in its unit; a dash where there is none."""
    if value is None:
        return UNKNOWN
    match unit:
        case Unit.RATIO:
            return percent(value, cut=better is Better.HIGHER)
        case Unit.SECONDS:
            return seconds(value)
        case Unit.CONTACTS:
            return f"{value:,.0f}"
        case Unit.POINTS | Unit.PER_10K | Unit.AGENTS:  # pragma: no branch  there is no other
            return f"{value:,.1f}"


def money(amount: Decimal) -> str:
    """An exact amount with all its places, two at least: `12,480.00`."""
    exponent = amount.as_tuple().exponent
    fine = isinstance(exponent, int) and exponent < -CENTS
    return f"{amount:,}" if fine else f"{amount:,.{CENTS}f}"


def percent(ratio: float, *, cut: bool = False) -> str:
    """A ratio with one decimal; `cut` drops what is beyond it."""
    tenths = floor(ratio * 1000 + NEARLY) if cut else round(ratio * 1000)
    return f"{tenths / 10:.1f} %"


def seconds(value: float) -> str:
    """`12.4 s`, from a minute on `1:35`, from an hour on `1:02:05`."""
    whole = floor(value + NEARLY)
    if whole < MINUTE:
        return f"{value:.0f} s" if value == round(value) else f"{value:.1f} s"
    rest = f"{whole % HOUR // MINUTE:02}:{whole % MINUTE:02}"
    return f"{whole // HOUR}:{rest}" if whole >= HOUR else rest.removeprefix("0")


def parts(numerator: float | None, denominator: float | None) -> str:
    """`860 / 1,050`; of a count, which has no denominator, nothing."""
    if numerator is None or denominator is None:
        return ""
    return f"{_amount(numerator)} / {_amount(denominator)}"


def _amount(number: float) -> str:
    """A whole number as it is, another with one decimal."""
    return f"{number:,.0f}" if number == round(number) else f"{number:,.1f}"


def difference(change: float | None, before: float | None, unit: Unit, points: str) -> str:
    """`+1.2 pp` of shares, of other figures the relative change, `+4.1 %`, where there was
    anything; `points` is the word for percentage points.
    """
    if change is None or before is None:
        return UNKNOWN
    if unit is Unit.RATIO:
        return f"{_signed(change * 100)} {points}"
    if unit is Unit.POINTS or not before:
        return _signed(change)
    return f"{_signed(change / abs(before) * 100)} %"


def _signed(number: float) -> str:
    """With its sign and one decimal; what is written as nothing has none."""
    told = f"{number:+,.1f}"
    return NOTHING if told in ("+0.0", "-0.0") else told


def instant(text: str) -> str:
    """`2026-11-27 09:30` of RFC 3339: the zone's own clock."""
    return f"{text[:10]} {text[11:16]}"


def clock(text: str) -> str:
    """`09:30`."""
    return text[11:16]


def day(text: str) -> str:
    """`11-27`."""
    return text[5:10]
