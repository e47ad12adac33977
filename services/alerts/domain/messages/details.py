"""What a condition adds to its figure, as people read it: agents missing, what is required of the
rest, what is usual.

What is not known here by name is told by its own name: labels of alerts that came from elsewhere.
"""

from collections.abc import Callable, Iterator, Mapping

from floorpulse.alerts.domain.messages import numbers
from floorpulse.alerts.domain.messages.words import Words

Written = Callable[[str, object], str]
"""Writes a value, given the KPI of its figure"""


def told(kpi: str, details: Mapping[str, object], words: Words) -> Iterator[str]:
    """`name: value` of each detail that has a value; those with names of ours first."""
    ours = [name for name in WRITTEN if details.get(name) is not None]
    others = [name for name in details if name not in WRITTEN and name not in UNTOLD]
    for name in (*ours, *others):
        text = WRITTEN.get(name, _plain)(kpi, details[name])
        if text:
            yield words.detail.format(name=words.details.get(name, name), value=text)


def _number(_kpi: str, value: object) -> str:
    return numbers.number(value) if isinstance(value, int | float) else _plain("", value)


def _share(_kpi: str, value: object) -> str:
    return numbers.percent(value) if isinstance(value, int | float) else ""


def _of_its_kpi(kpi: str, value: object) -> str:
    return numbers.shown(kpi, value) if isinstance(value, int | float) else ""


def _days(kpi: str, value: object) -> str:
    """A streak's days with what each had: `11-09 72.4%, 11-10 70.1%`."""
    days = value if isinstance(value, list) else []
    return ", ".join(
        f"{str(day['begin'])[5:10]} {numbers.shown(kpi, day['value'])}" for day in days
    )


def _plain(_kpi: str, value: object) -> str:
    match value:
        case dict():
            return ", ".join(f"{name} {_plain('', one)}" for name, one in value.items())
        case list() | tuple():
            return ", ".join(_plain("", one) for one in value)
        case float():
            return numbers.number(value)
        case None:
            return ""
        case _:
            return str(value)


WRITTEN: Mapping[str, Written] = {
    "agents_missing": _number,
    "agents_required": _number,
    "agents": _number,
    "required": _share,
    "achievable": _share,
    "rest": _number,
    "pace": _share,
    "usual": _of_its_kpi,
    "so_far": _of_its_kpi,
    "tier": _number,
    "days": _days,
}
UNTOLD = frozenset({"before"})
"""What machines get and people do not read"""
