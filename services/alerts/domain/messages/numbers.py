"""Figures and spans as people read them, the way the wall writes them.

A share that should be high is cut, not rounded, to a tenth: 79.96 % must not read 80 while it
misses 80.
"""

from datetime import UTC, datetime
from math import floor
from zoneinfo import ZoneInfo

from floorpulse.kpis.catalogue import ASKED
from floorpulse.kpis.units import Better, Unit

UNKNOWN = "-"
AGE = "age"
"""Seconds for which nothing was heard: no KPI, and in the place of one"""
NEARLY = 1e-9
"""What binary fractions may be short of a tenth that is meant"""
MINUTE = 60
HOUR = 3600
DAY = 86_400


def shown(kpi: str, value: float | None) -> str:
    """A value of a KPI in its unit: `72.4%`, `95 s (1:35)`, `14`; a dash where there is none.

    What the catalogue does not hold is written as a plain number.
    """
    if value is None:
        return UNKNOWN
    if kpi == AGE:
        return seconds(value)
    known = ASKED.get(kpi)
    match known.unit if known else None:
        case Unit.RATIO:
            return percent(value, cut=known is not None and known.better is Better.HIGHER)
        case Unit.SECONDS:
            return seconds(value)
        case _:
            return number(value)


def percent(ratio: float, *, cut: bool = False) -> str:
    """A ratio as a percentage with one decimal; `cut` drops what is beyond it."""
    tenths = floor(ratio * 1000 + NEARLY) if cut else round(ratio * 1000)
    return f"{tenths / 10:.1f}%"


def seconds(value: float) -> str:
    """Seconds, from a minute on with minutes as on the wall: `95 s (1:35)`, `3725 s (1h02)`."""
    whole = floor(value)
    if whole < MINUTE:
        return f"{number(value)} s"
    if whole < HOUR:
        return f"{whole} s ({whole // MINUTE}:{whole % MINUTE:02})"
    return f"{whole} s ({whole // HOUR}h{whole % HOUR // MINUTE:02})"


def number(value: float) -> str:
    """A number with at most one decimal."""
    return f"{value:.0f}" if value == round(value) else f"{value:.1f}"


def clock(at: int, now: int, zone: ZoneInfo) -> str:
    """An instant (epoch milliseconds) on the zone's clock, with its day where that is not today."""
    then = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
    today = datetime.fromtimestamp(now / 1000, UTC).astimezone(zone).date()
    return then.strftime("%H:%M" if then.date() == today else "%Y-%m-%d %H:%M")


def timestamp(at: int, zone: ZoneInfo) -> str:
    """An instant (epoch milliseconds) for machines: RFC 3339 with the zone's offset."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).isoformat(timespec="seconds")
