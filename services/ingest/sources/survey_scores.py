"""Scores of surveys: what a key, a word or a number means on a scale."""

from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.source import SurveyScale


def score_of(body: Fields, name: str, scale: SurveyScale) -> float | None:
    """The score that a field says; None where it says none, or one that is not on the scale."""
    score = scale.scores.get(body.text(name) or "", body.number(name))
    low, high = sorted((scale.worst, scale.best))
    if score is None or not low <= score <= high:
        return None
    return int(score) if float(score).is_integer() else score
