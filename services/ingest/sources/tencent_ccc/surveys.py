"""Keys that customers press after a call, as answers of a satisfaction survey.

Which key means what is the site's: the scale `csat` of the source's settings says it. Without one
key 1 is the best of five, and a key beyond them tells nothing.
"""

from collections.abc import Sequence

from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, identity
from floorpulse.ingest.sources.source import SourceSettings, SurveyScale
from floorpulse.ingest.sources.survey_scores import score_of

NAME = "csat"
FIVE_KEYS = SurveyScale("csat", 1, 5, {str(6 - score): float(score) for score in range(1, 6)})


def answers(
    contact: str, visit: int, ended: int | None, record: Fields, settings: SourceSettings
) -> Sequence[EventBody]:
    """The survey of a call: asked when the conversation ended, answered where a key was pressed."""
    pressed = record.parts("PostIVRKeyPressedEx") or record.parts("PostIVRKeyPressed")
    if not pressed:
        return ()
    key = pressed[-1]
    at = key.milliseconds("Timestamp") or key.seconds("Timestamp") or ended
    asked = ended or at
    if asked is None or at is None:
        return ()
    scale = settings.scales.get(NAME, FIVE_KEYS)
    survey = identity(contact, NAME)
    about = {
        "contact": contact,
        "visit": visit if visit > 1 else None,
        "survey": survey,
        "kind": scale.kind,
    }
    offered = {"type": "survey.offered", "id": identity(survey, "offered"), "at": asked, **about}
    score = score_of(key, "Key", scale)
    if score is None:
        return [offered]
    answered = {"type": "survey.answered", "id": identity(survey, "answered"), "at": at, **about}
    ends = {"score": score, "best": scale.best, "worst": scale.worst}
    return [offered, {**answered, **ends}]
