"""Genesys Cloud: topics as events, and conversations as analytics tell them afterwards."""

from typing import Any

import pytest

from floorpulse.ingest.sources.genesys_cloud.events import kind_of
from floorpulse.ingest.sources.source import SurveyScale
from tests.unit.ingest.sources.vendors import AT, facts, ignored, refused, told, visits

VENDOR = "genesys-cloud"
TOPIC = "v2.detail.events.conversation.{id}"
SOLD = 21_724
"""The visit in the queue q-sales"""

Body = dict[str, Any]


def notice(kind: str, at: int = AT, /, **fields: Any) -> Body:
    """A notice as the WebSocket brings it."""
    body = {
        "eventTime": at,
        "conversationId": "cv",
        "sessionId": "s",
        "mediaType": "VOICE",
        "direction": "INBOUND",
        "queueId": "q-sales",
    }
    return {"topicName": f"{TOPIC}.{kind}", "eventBody": {**body, **fields}}


def one(kind: str, /, **fields: Any) -> list[Body]:
    return facts(told(VENDOR, notice(kind, **fields)))


def iso(second: float) -> str:
    return f"2026-11-02T09:00:{second:06.3f}Z"


def test_a_topic_is_read_around_the_id_in_its_middle() -> None:
    assert kind_of("v2.detail.events.conversation.{id}.acd.end") == "acd.end"
    assert kind_of("v2.detail.events.conversation.0c-1.USER.start") == "user.start"
    assert kind_of("v2.users.u-1.activity") == "users.activity"
    assert kind_of("v2.quality.evaluations.cv-1") == "quality.evaluations"
    assert kind_of("something else") == "something else"


def test_the_envelope_of_the_event_bus_and_the_notice_of_the_socket_tell_the_same() -> None:
    bare = notice("acd.start")
    wrapped = {"detail-type": bare["topicName"], "detail": bare}
    named = {"detail-type": bare["topicName"], "detail": {"eventBody": bare["eventBody"]}}

    assert told(VENDOR, bare) == told(VENDOR, wrapped) == told(VENDOR, named)


def test_names_are_read_in_any_case() -> None:
    body = {name.upper(): value for name, value in notice("acd.start")["eventBody"].items()}

    assert told(VENDOR, {"TopicName": f"{TOPIC}.acd.start", "EventBody": body}) == told(
        VENDOR, notice("acd.start")
    )


@pytest.mark.parametrize(
    ("media", "channel"),
    [
        ("VOICE", None),
        ("CHAT", "chat"),
        ("EMAIL", "email"),
        ("MESSAGE", "social"),
        ("CALLBACK", "callback"),
        ("VIDEO", None),
    ],
)
def test_the_media_type_is_the_channel(media: str, channel: str | None) -> None:
    assert [event.get("channel") for event in one("acd.start", mediaType=media)] == [channel]


@pytest.mark.parametrize(
    ("outcome", "event"),
    [
        ("ANSWERED", {"type": "contact.answered", "agent": "u-1", "queue": "q-sales"}),
        ("ABANDON", {"type": "contact.abandoned", "queue": "q-sales"}),
        ("FLOW_OUT", {"type": "contact.left", "reason": "overflow"}),
        ("UNKNOWN", {"type": "contact.left", "reason": "other"}),
    ],
)
def test_routing_ends_with_an_outcome(outcome: str, event: Body) -> None:
    known = {"at": AT, "contact": "cv", "visit": SOLD}

    assert one("acd.end", acdOutcome=outcome, answeredUserId="u-1") == [{**known, **event}]


def test_the_end_of_a_stay_or_of_work_that_names_no_queue_is_nobodys() -> None:
    assert one("acd.end", queueId=None, acdOutcome="ABANDON") == []
    assert one("acw", queueId=None) == []


@pytest.mark.parametrize("kind", ["acd.start", "acd.end"])
def test_a_call_of_a_campaign_waits_in_no_queue(kind: str) -> None:
    dialled = notice(kind, direction="OUTBOUND", acdOutcome="ANSWERED", answeredUserId="u-1")

    assert f"  {kind} OUTBOUND: 1 payload, first in payload 1" in ignored(VENDOR, dialled)


def test_a_callback_that_an_agent_dials_waits_in_its_queue() -> None:
    assert len(one("acd.start", mediaType="CALLBACK", direction="OUTBOUND")) == 1


def test_an_answer_of_nobody_is_refused() -> None:
    assert refused(VENDOR, notice("acd.end", acdOutcome="ANSWERED")) == (
        "the payload has no answeredUserId, though acdOutcome is ANSWERED"
    )


@pytest.mark.parametrize("kind", ["TRANSFER", "CONSULT_TRANSFER", "FORWARD_TRANSFER"])
def test_an_agent_who_passes_a_conversation_on_has_transferred_it(kind: str) -> None:
    said = {"userId": "u-1", "disconnectType": kind, "interactingDurationMs": 9_000}

    assert [event["type"] for event in one("user.end", **said)] == [
        "contact.transferred",
        "contact.ended",
    ]


def test_ringing_in_vain_is_a_missed_call_and_no_conversation() -> None:
    said = {"userId": "u-1", "disconnectType": "NO_ANSWER_TRANSFER", "alertingDurationMs": 8_000}

    assert one("user.end", **said) == [
        {
            "type": "agent.missed",
            "at": AT,
            "agent": "u-1",
            "queue": "q-sales",
            "contact": "cv",
            "visit": SOLD,
            "ring_ms": 8_000,
        }
    ]


def test_it_is_no_missed_call_where_the_caller_hung_up_while_it_rang() -> None:
    assert one("user.end", userId="u-1", disconnectType="PEER", alertingDurationMs=8_000) == []


def test_what_has_no_queue_or_was_dialled_by_the_agent_ends_no_visit() -> None:
    talked = {"userId": "u-1", "interactingDurationMs": 9_000}

    assert one("user.end", **talked, queueId=None) == []
    assert one("user.end", **talked, direction="OUTBOUND") == []
    assert one("acw", wrapupDurationMs=9_000, direction="OUTBOUND") == []
    assert one("acd.start", queueId=None) == []


def test_a_notice_without_conversation_or_time_is_refused() -> None:
    assert refused(VENDOR, notice("acd.start", conversationId="")) == (
        "the payload has no conversationId"
    )
    assert refused(VENDOR, {**notice("acd.start"), "eventBody": {"conversationId": "c"}}) == (
        "the payload has no eventTime"
    )
    assert refused(VENDOR, {"topicName": f"{TOPIC}.acd.start"}) == "the payload has no eventBody"
    assert refused(VENDOR, {"hello": 1}) == "the payload has no topicName or detail-type"


def test_a_kind_that_nobody_knows_is_counted_and_a_silent_one_is_not() -> None:
    assert "  bot.start: 1 payload, first in payload 1" in ignored(VENDOR, notice("bot.start"))
    dialled = notice("user.end", userId="u-1", direction="OUTBOUND")
    assert "  user.end OUTBOUND: 1 payload, first in payload 1" in ignored(VENDOR, dialled)
    assert ignored(VENDOR, notice("customer.end")) == []
    assert ignored(VENDOR, {"topicName": "channel.metadata", "eventBody": {"message": "x"}}) == []


def activity(presence: str, status: str = "IDLE", **fields: object) -> Body:
    body = {
        "id": "u-1",
        "routingStatus": {"status": status, "startTime": iso(10)},
        "presence": {
            "presenceDefinition": {"id": "pd", "systemPresence": presence},
            "modifiedDate": iso(5),
        },
    }
    return {"topicName": "v2.users.u-1.activity", "eventBody": {**body, **fields}}


@pytest.mark.parametrize(
    ("presence", "status", "state", "reason"),
    [
        ("ON_QUEUE", "IDLE", "available", None),
        ("ON_QUEUE", "COMMUNICATING", "busy", None),
        ("ON_QUEUE", "NOT_RESPONDING", "break", "NOT_RESPONDING"),
        ("AVAILABLE", "OFF_QUEUE", "break", "AVAILABLE"),
        ("MEAL", "INTERACTING", "break", "MEAL"),
        ("OFFLINE", "OFF_QUEUE", "offline", None),
        ("On Queue", "IDLE", "available", None),
        ("Available", "OFF_QUEUE", "break", "AVAILABLE"),
    ],
)
def test_presence_comes_first_and_on_queue_the_routing_status_decides(
    presence: str, status: str, state: str, reason: str | None
) -> None:
    (event,) = facts(told(VENDOR, activity(presence, status)))

    assert (event["state"], event.get("reason"), event["at"]) == (state, reason, AT + 10_000)


def test_going_on_queue_tells_nothing_until_the_routing_status_does() -> None:
    assert told(VENDOR, activity("ON_QUEUE", "OFF_QUEUE")) == []


def test_an_activity_without_user_or_time_or_of_a_new_kind_is_no_state() -> None:
    nobody = activity("ON_QUEUE", id=None)
    assert refused(VENDOR, nobody) == "the payload has no user's id, or any time of a change"
    assert "  users.activity DANCING: 1 payload, first in payload 1" in ignored(
        VENDOR, activity("ON_QUEUE", "DANCING")
    )


def test_leaving_one_of_two_queues_is_a_state_of_its_own_time() -> None:
    (event,) = facts(
        told(
            VENDOR,
            activity("ON_QUEUE", activeQueueIds=["q-2", "", 7], dateActiveQueuesChanged=iso(30)),
            queues={"q-2": "refunds"},
            agents={"u-1": "ann"},
        )
    )

    assert event == {
        "type": "agent.state",
        "at": AT + 30_000,
        "agent": "ann",
        "state": "available",
        "queues": ["refunds"],
    }


def test_an_organisations_own_presence_is_the_state_that_the_settings_say() -> None:
    events = told(VENDOR, activity("AWAY"), activities={"pd": "wrap_up"})

    assert [(event["state"], event.get("reason")) for event in events] == [("wrap_up", None)]


def test_the_newer_topic_tells_ringing_hold_and_wrap_up() -> None:
    def state(current: str, at: int, **more: str) -> Body:
        notice_ = notice("x", at, userId="u-1", currentState=current, **more)
        return {**notice_, "topicName": "v2.users.u-1.agentstate"}

    events = told(
        VENDOR,
        state("ALERT", AT),
        state("INTERACT", AT + 1),
        state("HOLD", AT + 2),
        state("INTERACT", AT + 3, previousState="HOLD"),
        state("WRAPUP", AT + 4),
    )

    assert [event.get("state", event["type"]) for event in events] == [
        "ringing",
        "busy",
        "busy",
        "contact.held",
        "busy",
        "contact.resumed",
        "wrap_up",
    ]


def test_the_newer_topic_without_user_is_refused_and_a_new_state_is_counted() -> None:
    nobody = notice("x", currentState="ALERT")
    assert refused(VENDOR, nobody) == ("the payload has no userId or eventTime of an agent's state")
    assert ignored(VENDOR, notice("x", currentState="SINGING")) != []
    alone = notice("x", currentState="HOLD", userId="u-1", queueId=None)
    assert [event["type"] for event in told(VENDOR, alone)] == ["agent.state"]


def evaluation(what: str, **fields: object) -> Body:
    body = {
        "id": "ev",
        "conversationId": "cv",
        "agent": {"id": "u-1"},
        "eventTime": iso(0),
        "status": what,
        "scoringSet": {"totalScore": 82, "totalCriticalScore": 0},
        "version": 3,
    }
    return {"topicName": "v2.quality.evaluations.cv", "eventBody": {**body, **fields}}


def test_an_evaluation_without_critical_points_is_fatal_and_one_under_way_is_none() -> None:
    (scored,) = told(VENDOR, evaluation("Finished"))

    assert (scored["score"], scored["fatal"], "visit" in scored) == (82, True, False)
    assert told(VENDOR, evaluation("InProgress")) == []


def test_an_evaluation_or_survey_that_lacks_what_each_has_is_refused() -> None:
    assert refused(VENDOR, evaluation("Finished", id=None)) == (
        "the payload has no id, conversationId or eventTime of an evaluation"
    )
    assert refused(VENDOR, evaluation("Finished", scoringSet={})) == (
        "the payload has no scoringSet.totalScore from 0 to 100"
    )
    survey = {"surveyForm": {"id": "f"}, "status": "Finished"}
    assert refused(VENDOR, survey) == (
        "the payload has no id, conversation or completedDate of a survey"
    )


def test_an_evaluation_that_is_taken_back_is_retracted_later_than_it_was_scored() -> None:
    scored, retracted = told(
        VENDOR, evaluation("Finished"), evaluation("Retracted", eventTime=iso(9))
    )

    assert retracted["type"] == "qa.retracted"
    assert retracted["evaluation"] == scored["evaluation"]
    assert retracted["at"] == scored["at"] + 9_000


def test_a_survey_has_the_scale_of_its_form_and_the_question_of_recommending_its_own() -> None:
    survey = {
        "id": "sv",
        "conversation": {"id": "cv"},
        "surveyForm": {"id": "f", "name": "After a call"},
        "agent": {"id": "u-1"},
        "queue": {"id": "q-sales"},
        "status": "Finished",
        "completedDate": iso(30),
        "answers": {"totalScore": 4, "npsScore": 9},
    }
    five = SurveyScale("csat", 1, 5)

    events = told(VENDOR, survey, scales={"After a call": five})
    assert [
        (event["type"], event["survey"], event.get("score"), event.get("best")) for event in events
    ] == [
        ("survey.offered", "sv", None, None),
        ("survey.answered", "sv", 4, 5),
        ("survey.offered", "sv:nps", None, None),
        ("survey.answered", "sv:nps", 9, 10),
    ]
    assert told(VENDOR, {**survey, "status": "Pending"}) == []
    assert told(VENDOR, {**survey, "answers": {"totalScore": 900}}, scales={"f": five}) == []


def segment(kind: str, since: float, until: float, **more: str) -> Body:
    return {
        "segmentType": kind,
        "segmentStart": iso(since),
        "segmentEnd": iso(until),
        "queueId": "q-sales",
        **more,
    }


def session(name: str, *segments: Body, metrics: tuple[str, ...] = ()) -> Body:
    return {
        "sessionId": name,
        "mediaType": "voice",
        "direction": "inbound",
        "segments": list(segments),
        "metrics": [{"name": one, "value": 1} for one in metrics],
    }


def detail(*participants: Body) -> Body:
    return {"conversationId": "cv", "participants": list(participants)}


ROUTED = {"purpose": "acd", "sessions": [session("s", segment("interact", 0, 20.5))]}
SERVED = {
    "purpose": "agent",
    "userId": "u-1",
    "sessions": [
        session(
            "s2",
            segment("alert", 14, 20.5),
            segment("interact", 20.5, 30),
            segment("hold", 30, 35),
            segment("interact", 35, 40, disconnectType="peer"),
            segment("wrapup", 40, 48),
        )
    ],
}


def test_analytics_tell_the_events_that_no_notice_brought_with_the_same_ids() -> None:
    live = told(
        VENDOR,
        notice("acd.start"),
        notice("acd.end", AT + 20_500, acdOutcome="ANSWERED", answeredUserId="u-1"),
        notice(
            "user.end",
            AT + 40_000,
            sessionId="s2",
            userId="u-1",
            interactingDurationMs=14_500,
            heldDurationMs=5_000,
        ),
        notice("acw", AT + 48_000, sessionId="s2", wrapupDurationMs=8_000),
    )

    assert told(VENDOR, {"conversations": [detail(ROUTED, SERVED)]}) == live
    assert visits(live)["cv", SOLD] == {
        "outcome": "answered",
        "wait": 20_500,
        "talk": 14_500,
        "hold": 5_000,
        "wrap": 8_000,
        "queue": "q-sales",
        "transferred": False,
        "to_queue": None,
    }


@pytest.mark.parametrize(
    ("metric", "type_"),
    [
        ("tAbandon", "contact.abandoned"),
        ("tShortAbandon", "contact.abandoned"),
        ("tFlowOut", "contact.left"),
    ],
)
def test_analytics_tell_a_stay_that_nobody_answered(metric: str, type_: str) -> None:
    alone = session("s", segment("interact", 0, 20.5), metrics=("nOffered", metric))

    events = told(VENDOR, detail({"purpose": "acd", "sessions": [alone]}))
    assert [event["type"] for event in events] == ["contact.offered", type_]


@pytest.mark.parametrize(
    ("ended_by", "type_"),
    [("peer", "contact.abandoned"), ("transfer", "contact.left"), ("system", "contact.left")],
)
def test_a_stay_without_metrics_that_nobody_took_is_over_with_its_conversation(
    ended_by: str, type_: str
) -> None:
    """As a conversation has it that went to a voicemail, or whose page was asked without metrics
    (AnalyticsConversation and AnalyticsSession of Genesys' API: all of these are optional).
    """
    segments = segment("interact", 0, 9), segment("interact", 9, 20.5, disconnectType=ended_by)
    whole = detail({"purpose": "acd", "sessions": [session("s", *segments)]})

    assert [one["type"] for one in told(VENDOR, whole)] == ["contact.offered"]
    over = told(VENDOR, {**whole, "conversationEnd": iso(50)})
    assert [(one["type"], one["at"] - AT) for one in over] == [
        ("contact.offered", 0),
        (type_, 20_500),
    ]


@pytest.mark.parametrize("metric", ["tAbandon", "tShortAbandon", "tFlowOut"])
def test_the_metrics_of_a_stay_win_over_how_it_ended(metric: str) -> None:
    ended = segment("interact", 0, 20.5, disconnectType="peer")
    whole = detail({"purpose": "acd", "sessions": [session("s", ended, metrics=(metric,))]})

    assert told(VENDOR, {**whole, "conversationEnd": iso(50)}) == told(VENDOR, whole)


def test_a_stay_that_an_agent_took_or_that_goes_on_is_not_over_with_its_conversation() -> None:
    ended = {"conversationEnd": iso(50)}
    goes_on = session("s", {**segment("interact", 0, 1), "segmentEnd": None})
    waits = detail({"purpose": "acd", "sessions": [goes_on]})

    assert told(VENDOR, {**detail(ROUTED, SERVED), **ended}) == told(VENDOR, detail(ROUTED, SERVED))
    assert [one["type"] for one in told(VENDOR, {**waits, **ended})] == ["contact.offered"]


def test_of_a_conversation_that_goes_on_only_what_has_happened_is_told() -> None:
    waiting = {**segment("interact", 0, 1), "segmentEnd": None}
    ringing = {"purpose": "agent", "userId": "u-1", "sessions": [session("a", waiting)]}
    waits = {"purpose": "acd", "sessions": [session("s", waiting)]}

    assert [event["type"] for event in told(VENDOR, detail(waits, ringing))] == ["contact.offered"]


def test_ringing_in_vain_is_missed_in_analytics_too_unless_the_caller_hung_up() -> None:
    def rang(ended_by: str) -> Body:
        alone = session("a", segment("alert", 2, 9, disconnectType=ended_by))
        return detail({"purpose": "agent", "userId": "u-1", "sessions": [alone]})

    (missed,) = facts(told(VENDOR, rang("noAnswerTransfer")))
    assert missed == {
        "type": "agent.missed",
        "at": AT + 9_000,
        "agent": "u-1",
        "queue": "q-sales",
        "contact": "cv",
        "visit": SOLD,
        "ring_ms": 7_000,
    }
    assert told(VENDOR, rang("peer")) == []


def test_a_transfer_stands_in_the_segments_of_analytics() -> None:
    passed_on = session("a", segment("interact", 5, 9, disconnectType="transfer"))
    events = told(VENDOR, detail({"purpose": "agent", "userId": "u-1", "sessions": [passed_on]}))

    assert [event["type"] for event in events] == ["contact.transferred", "contact.ended"]


def test_what_analytics_tell_of_no_queue_nobody_or_no_time_is_left_aside() -> None:
    unstamped = session("s", {**segment("interact", 0, 1), "segmentStart": None})
    dialled = {**session("s", segment("interact", 0, 1)), "direction": "outbound"}
    unqueued = session("s", {**segment("interact", 0, 1), "queueId": None})
    parts = [{"purpose": "acd", "sessions": [one]} for one in (unstamped, dialled, unqueued)]
    customer = {"purpose": "customer", "sessions": [session("s", segment("interact", 0, 1))]}

    assert told(VENDOR, detail(*parts, customer)) == []
    unanswered = {"purpose": "acd", "sessions": [session("s", segment("interact", 0, 1))]}
    assert [one["type"] for one in told(VENDOR, detail(unanswered))] == ["contact.offered"]
    assert refused(VENDOR, {"conversations": [{"participants": []}]}) == (
        "the payload has no conversationId"
    )


def test_a_topic_is_read_whatever_its_id_is_made_of() -> None:
    assert kind_of("v2.users.ana.activity") == "users.activity"
    assert kind_of("v2.quality.evaluations.ana") == "quality.evaluations"


@pytest.mark.parametrize("kind", ["acd.start", "acd.end", "user.end", "acw"])
@pytest.mark.parametrize("media", ["COBROWSE", "SCREENSHARE", "INTERNALMESSAGE"])
def test_what_goes_on_beside_a_conversation_tells_nothing_of_it(kind: str, media: str) -> None:
    shown = notice(kind, mediaType=media, userId="u-1", interactingDurationMs=9_000)

    assert f"  {kind} {media}: 1 payload, first in payload 1" in ignored(VENDOR, shown)


def test_who_calls_a_customer_back_has_not_missed_the_callback() -> None:
    """`callbackDurationMs` of UserEndDetailEventTopicUserEndEvent, SDK 223."""
    said = {"mediaType": "CALLBACK", "userId": "u-1", "callbackDurationMs": 60_000}

    (ended,) = one("user.end", **said)

    assert (ended["type"], ended["talk_ms"]) == ("contact.ended", 60_000)


def test_a_callback_in_analytics_is_talked_in_while_its_agent_is_in_it() -> None:
    back = [segment("alert", 18, 20), segment("callback", 20, 50), segment("wrapup", 50, 55)]
    call = {**session("c", segment("interact", 25, 45)), "direction": "outbound"}
    known = visits(
        told(
            VENDOR,
            detail(
                {"purpose": "acd", "sessions": [media_of("callback", segment("interact", 0, 20))]},
                {
                    "purpose": "agent",
                    "userId": "u-1",
                    "sessions": [media_of("callback", *back), call],
                },
            ),
        )
    )

    (visit,) = known.values()
    assert (visit["outcome"], visit["wait"], visit["talk"], visit["wrap"]) == (
        "answered",
        20_000,
        30_000,
        5_000,
    )


def media_of(media: str, *segments: Body, **more: object) -> Body:
    return {**session(f"s-{len(segments)}", *segments), "mediaType": media, **more}


@pytest.mark.parametrize("kind", ["delay", "scheduled"])
def test_the_delay_before_a_stay_is_no_waiting(kind: str) -> None:
    """A real stay of 2024: `tAcd` is 12,411 ms, from the end of its delay on."""
    stay = session("s", segment(kind, 0, 0.014), segment("interact", 0.014, 12.425))
    stay["metrics"] = [{"name": "tAbandon", "value": 12_411}]

    (visit,) = visits(told(VENDOR, detail({"purpose": "acd", "sessions": [stay]}))).values()

    assert visit["wait"] == 12_411


def test_a_stay_that_is_still_delayed_has_begun_with_its_delay() -> None:
    stay = session("s", segment("delay", 3, 4))

    (offered,) = told(VENDOR, detail({"purpose": "acd", "sessions": [stay]}))

    assert offered["at"] == AT + 3_000


def test_a_preview_of_a_campaign_waits_in_no_queue() -> None:
    stay = media_of("callback", segment("interact", 0, 9), outboundCampaignId="c-1")

    assert told(VENDOR, detail({"purpose": "acd", "sessions": [stay]})) == []


def test_an_evaluation_of_a_calibration_is_one() -> None:
    calibrated = evaluation("Finished", calibration={"id": "cal-1"})

    assert [event.get("calibration") for event in told(VENDOR, calibrated)] == [True]
    assert "calibration" not in told(VENDOR, evaluation("Finished", calibration=None))[0]


ASSESSED = {
    "evaluationId": "ev-1",
    "evaluationStatus": "Finished",
    "evaluatorId": "u-qa",
    "eventTime": iso(50),
    "formName": "Form",
    "queueId": "q-sales",
    "userId": "u-1",
    "oTotalScore": 80,
    "oTotalCriticalScore": 0,
}
"""An `AnalyticsEvaluation`, SDK 212"""


def test_analytics_tell_the_evaluations_of_a_conversation() -> None:
    (scored,) = facts(told(VENDOR, {**detail(), "evaluations": [ASSESSED]}))

    assert scored == {
        "type": "qa.scored",
        "at": AT + 50_000,
        "contact": "cv",
        "agent": "u-1",
        "queue": "q-sales",
        "evaluation": "ev-1",
        "score": 80,
        "fatal": True,
        "form": "Form",
        "evaluator": "u-qa",
    }


@pytest.mark.parametrize(
    ("fields", "types"),
    [
        ({"evaluationStatus": None}, ["qa.scored"]),
        ({"evaluationStatus": "Pending"}, []),
        ({"evaluationStatus": "Retracted"}, ["qa.retracted"]),
        ({"deleted": True}, ["qa.retracted"]),
        ({"oTotalScore": None}, []),
    ],
)
def test_analytics_tell_how_an_evaluation_stands(fields: Body, types: list[str]) -> None:
    events = told(VENDOR, {**detail(), "evaluations": [{**ASSESSED, **fields}]})

    assert [event["type"] for event in events] == types


def test_analytics_tell_the_surveys_of_a_conversation() -> None:
    """An `AnalyticsSurvey`, SDK 264."""
    survey = {
        "surveyId": "sv-1",
        "surveyStatus": "Finished",
        "surveyCompletedDate": iso(55),
        "surveyFormName": "Stars",
        "queueId": "q-sales",
        "userId": "u-1",
        "oSurveyTotalScore": 4,
        "surveyPromoterScore": 9,
    }
    asked = {**survey, "surveyId": "sv-2", "surveyStatus": "Sent"}
    scales = {"Stars": SurveyScale("csat", 1, 5)}

    events = told(VENDOR, {**detail(), "surveys": [survey, asked]}, scales=scales)

    answers = [event for event in events if event["type"] == "survey.answered"]
    assert [(one["kind"], one["score"], one["best"]) for one in answers] == [
        ("csat", 4, 5),
        ("nps", 9, 10),
    ]
    assert {one["at"] for one in answers} == {AT + 55_000}


def test_an_empty_page_of_conversations_tells_nothing() -> None:
    assert told(VENDOR, {"totalHits": 0}) == []


@pytest.mark.parametrize("ended_by", ["transfer", "peer"])
def test_a_stay_that_somebody_took_who_is_not_known_is_over_with_its_conversation(
    ended_by: str,
) -> None:
    stay = session("s", segment("interact", 0, 20, disconnectType=ended_by), metrics=("tAnswered",))
    talked = {"purpose": "agent", "sessions": [session("t", segment("interact", 20, 50))]}
    over = {**detail({"purpose": "acd", "sessions": [stay]}, talked), "conversationEnd": iso(50)}

    assert [event["type"] for event in told(VENDOR, over)] == ["contact.offered", "contact.left"]
