"""Benchmark agents: the top tenth by volume and quality at once, among those with enough of both to
be judged.

            volume: at or above    quality: at or above    the worse of both
    ann          1.00                    0.50                   0.50
    bob          0.75                    0.75                   0.75   ◄ benchmark
    cem          0.50                    1.00                   0.50
    dee          0.25                    0.25                   0.25

Quality is judged as if each had 20 more answers at the mean of all, so that three happy customers
make no benchmark. Each is judged by the worse of two ranks: the share of
all candidates whose volume is at most one's own, and the share whose quality is. So neither haste
nor a few well-nursed contacts make a benchmark, and somebody always is one. Who ties with the last
of the tenth belongs to it.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from math import ceil, fsum

TENTH = 10
PRIOR = 20
"""Answers at the mean of all that everybody's quality is judged with"""
FEW = 10
"""Of fewer candidates no tenth can be told: the benchmark is then one agent, or those who tie with
the best
"""


@dataclass(frozen=True)
class Record:
    """What an agent did: contacts handled, logged-in milliseconds (0: never told), quality (None:
    unknown) out of so many answers.
    """

    handled: int
    logged_in: int
    quality: float | None
    answers: int


@dataclass(frozen=True)
class Minimum:
    """How much an agent must have done to be judged."""

    handled: int = 10
    answers: int = 3


class Eligibility(StrEnum):
    """Where an agent stands."""

    BENCHMARK = "benchmark"
    COMPARED = "compared"
    FEW_HANDLED = "few_handled"
    FEW_ANSWERS = "few_answers"


class Volume(StrEnum):
    """How volume is counted."""

    PER_HOUR = "handled_per_hour"
    COUNT = "handled"


@dataclass(frozen=True)
class Ranking:
    """Every agent's standing; `candidates` is how many were compared, `judged` the quality that
    each of them was judged by.
    """

    standings: Mapping[str, Eligibility]
    volume: Volume
    candidates: int
    judged: Mapping[str, float] = field(default_factory=dict)

    @property
    def small(self) -> bool:
        """Whether there were too few to tell a tenth."""
        return self.candidates < FEW


def ranking(records: Mapping[str, Record], minimum: Minimum) -> Ranking:
    """Who is a benchmark. Volume is by logged-in hour where all candidates' hours are known, else
    it is the count.
    """
    standings = {agent: _standing(record, minimum) for agent, record in records.items()}
    candidates = {
        agent: records[agent]
        for agent, standing in standings.items()
        if standing is Eligibility.COMPARED
    }
    volume = Volume.PER_HOUR if all(one.logged_in for one in candidates.values()) else Volume.COUNT
    judged = _judged(candidates)
    best = _best(candidates, volume, judged)
    return Ranking(
        {
            agent: Eligibility.BENCHMARK if agent in best else one
            for agent, one in standings.items()
        },
        volume,
        len(candidates),
        judged,
    )


def _judged(candidates: Mapping[str, Record]) -> Mapping[str, float]:
    """The quality that each is judged by, whatever their order."""
    total = fsum((one.quality or 0.0) * one.answers for one in candidates.values())
    answers = sum(one.answers for one in candidates.values())
    mean = total / answers if answers else 0.0
    return {
        agent: ((one.quality or 0.0) * one.answers + PRIOR * mean) / (one.answers + PRIOR)
        for agent, one in candidates.items()
    }


def _standing(record: Record, minimum: Minimum) -> Eligibility:
    if record.handled < max(1, minimum.handled):
        return Eligibility.FEW_HANDLED
    if record.quality is None or record.answers < minimum.answers:
        return Eligibility.FEW_ANSWERS
    return Eligibility.COMPARED


def _best(
    candidates: Mapping[str, Record], volume: Volume, judged: Mapping[str, float]
) -> set[str]:
    if not candidates:
        return set()
    volumes = sorted(_volume(one, volume) for one in candidates.values())
    qualities = sorted(judged.values())
    worse = {
        agent: min(
            bisect_right(volumes, _volume(one, volume)), bisect_right(qualities, judged[agent])
        )
        for agent, one in candidates.items()
    }
    least = _last_of_tenth(sorted(worse.values(), reverse=True))
    return {agent for agent, rank in worse.items() if rank >= least}


def _last_of_tenth(ranks: Sequence[int]) -> int:
    return ranks[ceil(len(ranks) / TENTH) - 1]


def _volume(record: Record, volume: Volume) -> Fraction:
    return Fraction(record.handled, record.logged_in if volume is Volume.PER_HOUR else 1)
