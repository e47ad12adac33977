"""Judges whether the figures of a queue are old."""

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Judgement, breach, clear


def judge(figure: Figure, *, stale: bool) -> Judgement:
    """`figure` tells for how many seconds nothing was heard."""
    return breach(figure, figure.value or 0.0) if stale else clear(figure)
