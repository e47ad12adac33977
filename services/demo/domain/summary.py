"""The floor in a few lines, out of the rows of the API."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from floorpulse.demo.domain.told import NOTHING_TOLD, Told

FEW = 10
"""Contacts below which a service level is chance rather than performance"""
NEAR = 0.05

KPIS = ("service_level", "waiting", "longest_wait", "offered", "abandonment_rate")
Rows = Iterable[Mapping[str, Any]]


class Verdict(StrEnum):
    """A service level against its target, in a word."""

    GOOD = "good"
    NEAR = "near"
    BELOW = "below"
    FEW = "few calls"
    NONE = "no calls"


@dataclass(frozen=True)
class Line:
    """One queue, or the floor as `queue` None: counts, ratios from 0 to 1, `longest_wait` in
    seconds.
    """

    queue: str | None
    service_level: float | None
    sample: int
    target: float
    waiting: int
    longest_wait: float
    offered: int
    abandonment: float | None

    @property
    def verdict(self) -> Verdict:
        """What the service level says."""
        if self.service_level is None or self.sample == 0:
            return Verdict.NONE
        if self.sample < FEW:
            return Verdict.FEW
        if self.service_level >= self.target:
            return Verdict.GOOD
        return Verdict.NEAR if self.service_level >= self.target - NEAR else Verdict.BELOW


@dataclass(frozen=True)
class DemoProgress:
    """How far counting is: `applied` records, `lag` behind, at the monotonic second `at`."""

    applied: int
    lag: int
    at: float


@dataclass(frozen=True)
class Summary:
    """The floor now: its queues, all of it, progress, events a second (None until two looks were
    taken), incidents and messages.
    """

    queues: tuple[Line, ...]
    floor: Line
    progress: DemoProgress
    rate: float | None
    told: Told = NOTHING_TOLD


def lines(rows: Rows, targets: Mapping[str, float], default_target: float) -> tuple[Line, ...]:
    """A line for each queue that live rows speak of, in their order."""
    grouped: dict[str | None, dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["queue"], {})[row["kpi"]] = row
    return tuple(
        _line(queue, of, targets.get(queue or "", default_target)) for queue, of in grouped.items()
    )


def _line(queue: str | None, of: Mapping[str, Mapping[str, Any]], target: float) -> Line:
    def cell(kpi: str, part: str = "value") -> Any:
        return of.get(kpi, {}).get(part)

    return Line(
        queue=queue,
        service_level=cell("service_level"),
        sample=int(cell("service_level", "denominator") or 0),
        target=target,
        waiting=int(cell("waiting") or 0),
        longest_wait=float(cell("longest_wait") or 0),
        offered=int(cell("offered") or 0),
        abandonment=cell("abandonment_rate"),
    )


def rate(before: DemoProgress | None, now: DemoProgress) -> float | None:
    """Events counted a second between two looks; None where they tell nothing, as over a new
    log.
    """
    if before is None or now.at <= before.at or now.applied < before.applied:
        return None
    return (now.applied - before.applied) / (now.at - before.at)


def duration(seconds: float) -> str:
    """`1:05`, or `1:00:05` from an hour on."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def share(value: float | None) -> str:
    """`84.2 %`, or a dash where there is no value."""
    return "–" if value is None else f"{value:.1%}".replace("%", " %")
