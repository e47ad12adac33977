"""Random spans of time, drawn from seeded streams of chance; all spans are whole milliseconds."""

from dataclasses import dataclass
from math import log
from random import Random

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def chance(seed: int, purpose: str) -> Random:
    """A stream of its own for each purpose, so that a change to one behaviour leaves the draws of
    the others alone.
    """
    return Random(f"{seed}/{purpose}")  # noqa: S311  a model must repeat itself; nothing secret is drawn


@dataclass(frozen=True)
class ModelSpan:
    """A log-normal span: `mean` in seconds, `spread` the standard deviation of its logarithm."""

    mean: float
    spread: float = 0.6

    def draw(self, rng: Random) -> int:
        """Milliseconds, at least 1."""
        return max(
            1, round(SECOND * rng.lognormvariate(log(self.mean) - self.spread**2 / 2, self.spread))
        )


@dataclass(frozen=True)
class CallerPatience:
    """The patience of waiting customers: a `hasty` share gives up within seconds, the others after
    a log-normal span.
    """

    steady: ModelSpan
    hasty: float = 0.12
    hasty_mean: float = 4.0

    def draw(self, rng: Random) -> int:
        """Milliseconds, at least 1."""
        if rng.random() < self.hasty:
            return max(1, round(SECOND * rng.expovariate(1 / self.hasty_mean)))
        return self.steady.draw(rng)
