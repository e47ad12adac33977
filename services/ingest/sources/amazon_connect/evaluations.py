"""Evaluations of Contact Lens, as the API describes them or S3 holds them."""

from collections.abc import Sequence

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.amazon_connect.legs import agent_of
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, Ignored, identity, missing
from floorpulse.ingest.sources.source import SourceSettings

DONE = frozenset({"", "SUBMITTED"})
"""Statuses of an evaluation that counts; what S3 holds has none, for it is submitted"""
DELETED = "DELETED"
LONGEST_NAME = 128


def events(evaluation: Fields, settings: SourceSettings) -> Sequence[EventBody] | Ignored | Refusal:
    """The body of an evaluation's event: scored, or retracted."""
    about = evaluation.part("Metadata")
    id_ = evaluation.text("EvaluationId") or ""
    contact = about.text("InitialContactId", "ContactId") or evaluation.text("ContactId")
    at = _changed(evaluation, about)
    if contact is None or at is None:
        return missing("ContactId or LastModifiedTime")
    status = evaluation.word("Status")
    agent = agent_of(about.text("ContactAgentId", "AgentId"), settings)
    said = {"at": at, "contact": contact, "agent": agent, "evaluation": id_}
    if status == DELETED:
        return [{"type": "qa.retracted", "id": identity(id_, "deleted"), **said}]
    if status not in DONE:
        return Ignored(status)
    return _scored(evaluation, about, identity(id_, str(at)), said)


def _scored(
    evaluation: Fields, about: Fields, id_: str, said: dict[str, object]
) -> Sequence[EventBody]:
    score = about.part("Score") or evaluation.part("Score")
    percentage = score.number("Percentage")
    if percentage is None or score.flag("NotApplicable"):
        return []
    form = about.text("EvaluationDefinitionTitle") or evaluation.text("EvaluationFormTitle")
    kind = evaluation.word("EvaluationType") or about.word("EvaluationType")
    verdict = {
        "score": percentage,
        "fatal": score.flag("AutomaticFail"),
        "calibration": kind == "CALIBRATION" or about.text("CalibrationSessionId") is not None,
        "form": form and form[:LONGEST_NAME],
    }
    return [{"type": "qa.scored", "id": id_, **said, **verdict}]


def _changed(evaluation: Fields, about: Fields) -> int | None:
    """When it was last changed: a stamp, or the seconds that SDKs make of it."""
    return (
        evaluation.instant("LastModifiedTime")
        or evaluation.seconds("LastModifiedTime")
        or about.instant("EvaluationSubmitTimestamp")
    )
