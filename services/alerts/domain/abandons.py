"""Judges how many contacts in a row gave up: for queues that are too small for a ratio."""

from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.judgement import Judgement, breach, clear


def judge(in_a_row: int, figure: Figure) -> Judgement:
    """`figure` counts those who gave up since the last contact that was answered."""
    abandoned = figure.value or 0.0
    return breach(figure, abandoned) if abandoned >= in_a_row else clear(figure)
