"""Evaluations and surveys of Genesys Cloud.

An evaluation that is scored again keeps its id and gets a later time: the later one counts. It
names the conversation and the agent, and the queue in analytics alone: the visit is found by
whoever counts it.
"""

from collections.abc import Sequence

from floorpulse.contracts.letters import Refusal
from floorpulse.ingest.sources.fields import Fields
from floorpulse.ingest.sources.payloads import EventBody, Ignored, Told, identity, missing
from floorpulse.ingest.sources.source import SourceSettings, SurveyScale
from floorpulse.ingest.sources.survey_scores import score_of

PERCENT = SurveyScale("csat", 0, 100)
PROMOTER = SurveyScale("nps", 0, 10)


def evaluation(body: Fields, settings: SourceSettings) -> Told:
    """An evaluation that was finished, or taken back."""
    name = body.text("id", "evaluationId")
    contact = body.text("conversationId") or body.part("conversation").text("id")
    at = body.instant("eventTime") or body.milliseconds("eventTime")
    if name is None or contact is None or at is None:
        return missing("id, conversationId or eventTime of an evaluation")
    said = {
        **_about(name, contact, at, body, settings),
        "id": identity(name, body.text("version") or str(at)),
        "evaluation": name,
    }
    what = body.word("eventType", "status")
    if what in {"RETRACTED", "DELETED"} or body.word("status") == "RETRACTED":
        return [{"type": "qa.retracted", **said, "id": identity(name, "retracted", str(at))}]
    if what != "FINISHED":
        return ()
    return _scored(body, said)


def _scored(body: Fields, said: EventBody) -> Told:
    scoring = body.part("scoringSet")
    score = score_of(scoring, "totalScore", PERCENT)
    if score is None:
        return missing("scoringSet.totalScore from 0 to 100")
    return [
        {
            "type": "qa.scored",
            **said,
            "score": score,
            "fatal": scoring.number("totalCriticalScore") == 0,
            "calibration": True if body.part("calibration").text("id") else None,
            "form": body.text("formName"),
            "evaluator": body.part("evaluator").text("id"),
        }
    ]


def survey(body: Fields, settings: SourceSettings) -> Told:
    """A survey that the customer finished; its scale is that of its form, else 0 to 100, and of
    the question about recommending 0 to 10.
    """
    name = body.text("id", "surveyId")
    contact = body.text("conversationId") or body.part("conversation").text("id")
    at = body.instant("completedDate", "eventTime") or body.milliseconds("eventTime")
    if body.word("status", "surveyStatus") not in {"FINISHED", "COMPLETED"}:
        return ()
    if name is None or contact is None or at is None:
        return missing("id, conversation or completedDate of a survey")
    answers = body.part("answers") or body.part("surveyScoringSet")
    form = body.part("surveyForm")
    known = (settings.scales.get(form.text(one) or "") for one in ("id", "name"))
    scale = next((one for one in known if one is not None), PERCENT)
    said = _about(name, contact, at, body, settings)
    return [
        *_answered(said, scale, score_of(answers, "totalScore", scale), name),
        *_answered(said, PROMOTER, score_of(answers, "npsScore", PROMOTER), f"{name}:nps"),
    ]


def _about(name: str, contact: str, at: int, body: Fields, settings: SourceSettings) -> EventBody:
    agent = body.part("agent").text("id") or body.text("agentId")
    queue = body.part("queue").text("id") or body.text("queueId")
    return {
        "id": name,
        "at": at,
        "contact": contact,
        "agent": settings.agent(agent) if agent else None,
        "queue": settings.queue(queue) if queue else None,
    }


def of_conversation(detail: Fields, contact: str, settings: SourceSettings) -> Sequence[EventBody]:
    """The evaluations and surveys that analytics tell with a conversation; those that are not
    finished tell nothing.
    """
    told = [
        *(evaluation(_evaluated(one, contact), settings) for one in detail.parts("evaluations")),
        *(survey(_surveyed(one, contact), settings) for one in detail.parts("surveys")),
    ]
    return [event for one in told if not isinstance(one, Ignored | Refusal) for event in one]


def _evaluated(one: Fields, contact: str) -> Fields:
    """An `AnalyticsEvaluation` with the names that the topic has for the same; older ones have no
    status, and are there once they are finished.
    """
    status = "DELETED" if one.flag("deleted") else one.text("evaluationStatus") or "FINISHED"
    scores = {
        "totalScore": one.raw("oTotalScore"),
        "totalCriticalScore": one.raw("oTotalCriticalScore"),
    }
    return Fields(
        {
            "id": one.raw("evaluationId"),
            "conversationId": contact,
            "eventTime": one.raw("eventTime"),
            "agent": {"id": one.raw("userId")},
            "queue": {"id": one.raw("queueId")},
            "evaluator": {"id": one.raw("evaluatorId")},
            "calibration": {"id": one.raw("calibrationId")},
            "formName": one.raw("formName"),
            "status": status,
            "scoringSet": scores,
        }
    )


def _surveyed(one: Fields, contact: str) -> Fields:
    """An `AnalyticsSurvey` with the names that a survey has by itself."""
    scores = {
        "totalScore": one.raw("oSurveyTotalScore"),
        "npsScore": one.raw("surveyPromoterScore"),
    }
    return Fields(
        {
            "id": one.raw("surveyId"),
            "conversationId": contact,
            "completedDate": one.raw("surveyCompletedDate"),
            "eventTime": one.raw("eventTime"),
            "agent": {"id": one.raw("userId")},
            "queue": {"id": one.raw("queueId")},
            "surveyForm": {"id": one.raw("surveyFormId"), "name": one.raw("surveyFormName")},
            "status": one.raw("surveyStatus"),
            "answers": scores,
        }
    )


def _answered(
    said: EventBody, scale: SurveyScale, score: float | None, name: str
) -> Sequence[EventBody]:
    if score is None:
        return ()
    asked = {**said, "survey": name, "kind": scale.kind}
    answer = {"score": score, "best": scale.best, "worst": scale.worst}
    return [
        {**asked, "type": "survey.offered", "id": identity(name, "offered")},
        {**asked, **answer, "type": "survey.answered", "id": identity(name, "answered")},
    ]
