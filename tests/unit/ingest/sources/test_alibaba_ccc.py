"""Alibaba CCC: calls of the list, calls by their own record, and what is pushed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.ingest.sources.source import SurveyScale
from tests.unit.ingest.sources.vendors import AT, facts, ignored, refused, states, told, visits

VENDOR = "alibaba-ccc"
SALES = 7_703
"""The visit in the skill group sales@ccc-test"""

Body = dict[str, Any]


def listed(**fields: object) -> Body:
    known = {
        "ContactId": "job",
        "ContactType": "INBOUND",
        "InstanceId": "ccc-test",
        "ContactDisposition": "Success",
        "StartTime": AT,
        "ReleaseTime": AT + 95_000,
        "IvrTime": 10,
        "QueueTime": 15,
        "RingTime": 5,
        "WaitTime": 0,
        "TalkTime": 50,
        "HeldTime": 15,
        "TransferCount": 0,
        "SkillGroupIds": "sales@ccc-test",
        "AgentIds": "ann",
    }
    return {"Data": {"List": [{**known, **fields}]}}


@pytest.mark.parametrize(
    ("disposition", "event"),
    [
        ("AbandonedInQueue", {"type": "contact.abandoned", "queue": "sales@ccc-test"}),
        ("AbandonedInRing", {"type": "contact.abandoned", "queue": "sales@ccc-test"}),
        ("QueuingTimeout", {"type": "contact.left", "reason": "timeout"}),
        ("QueueingTimeout", {"type": "contact.left", "reason": "timeout"}),
        ("QueuingOverflow", {"type": "contact.left", "reason": "overflow"}),
        ("QueuingFailed", {"type": "contact.left", "reason": "empty"}),
        ("Voicemail", {"type": "contact.left", "reason": "other"}),
        ("ForwardToOutsideNumber", {"type": "contact.left", "reason": "other"}),
    ],
)
def test_the_disposition_is_the_outcome_after_queue_and_ringing(
    disposition: str, event: Body
) -> None:
    _, ended = facts(told(VENDOR, listed(ContactDisposition=disposition)))

    known = {"at": AT + 30_000, "contact": "job", "visit": SALES, "wait_ms": 20_000}
    assert ended == {**known, **event}


@pytest.mark.parametrize(
    "fields",
    [
        {"ContactType": "OUTBOUND"},
        {"ContactType": "BACK2BACK"},
        {"ContactType": "INTERNAL"},
        {"SkillGroupIds": ""},
        {"SkillGroupIds": "sales@ccc-test,billing@ccc-test"},
        {"TransferCount": 1},
        {"ContactDisposition": "AbandonedInIVR", "QueueTime": 0, "RingTime": 0},
    ],
)
def test_calls_that_no_queue_saw_or_that_the_list_cannot_tell_are_left_aside(
    fields: Body,
) -> None:
    assert told(VENDOR, listed(**fields)) == []


def test_a_call_that_nobody_took_and_that_says_no_more_has_left() -> None:
    _, left = told(VENDOR, listed(ContactDisposition="SomethingNew", AgentIds=""))

    assert (left["type"], left["reason"]) == ("contact.left", "other")


@pytest.mark.parametrize(
    ("index", "settings", "scores"),
    [
        (4, {}, [4]),
        (0, {}, []),
        (None, {}, []),
        (2, {"scales": {"csat": SurveyScale("csat", 3, 1)}}, [2]),
        (1, {"scales": {"csat": SurveyScale("csat", 0, 1, {"1": 1.0, "2": 0.0})}}, [1]),
    ],
)
def test_a_satisfaction_index_is_a_score_on_the_scale_of_the_settings(
    index: int | None, settings: Body, scores: list[int]
) -> None:
    asked = listed(SatisfactionSurveyOffered=True, SatisfactionIndex=index)

    events = [one for one in told(VENDOR, asked, **settings) if one["type"].startswith("survey")]
    assert [one["score"] for one in events if "score" in one] == scores
    assert events[0]["type"] == "survey.offered"


def happened(word: str, second: int) -> Body:
    return {"Event": word, "EventTime": AT + second * 1000}


def queue(name: str, *known: Body, kind: str = "SKILL_GROUP") -> Body:
    return {"QueueId": name, "QueueType": kind, "EventSequence": list(known)}


def agent(name: str, group: str, *known: Body) -> Body:
    return {"AgentId": name, "SkillGroupId": group, "EventSequence": list(known)}


def detail(queues: list[Body], agents: list[Body], **fields: object) -> Body:
    known = {
        "ContactId": "job",
        "ContactType": "INBOUND",
        "InstanceId": "ccc-test",
        "ContactDisposition": "Success",
        "ReleaseTime": AT + 99_000,
    }
    return {"Data": {**known, "QueueEvents": queues, "AgentEvents": agents, **fields}}


def test_a_call_through_two_queues_is_two_visits_with_holds_and_a_missed_ring() -> None:
    events = told(
        VENDOR,
        detail(
            [queue("a", happened("Enqueue", 0)), queue("b", happened("Enqueue", 40))],
            [
                agent("eve", "a", happened("Ringing", 2), happened("Released", 8)),
                agent(
                    "ann",
                    "a",
                    happened("Ringing", 8),
                    happened("Established", 10),
                    happened("Held", 20),
                    happened("Retrieved", 26),
                    happened("Released", 40),
                ),
                agent("ben", "b", happened("Established", 45), happened("Released", 99)),
            ],
        ),
    )

    assert [
        (one["outcome"], one["wait"], one["talk"], one["hold"], one["transferred"])
        for one in visits(events).values()
    ] == [("answered", 10_000, 24_000, 6_000, True), ("answered", 5_000, 54_000, 0, False)]
    missed = [one for one in events if one["type"] == "agent.missed"]
    assert [(one["agent"], one["queue"], one["ring_ms"]) for one in missed] == [("eve", "a", 6_000)]


def test_a_call_that_comes_back_to_a_queue_is_a_visit_more_whatever_pushes_made_of_it() -> None:
    record = detail(
        [
            queue("a", happened("Enqueue", 0), happened("Enqueue", 50)),
            queue("b", happened("Enqueue", 20)),
        ],
        [
            agent("ann", "a", happened("Established", 10), happened("Released", 20)),
            agent("ben", "b", happened("Established", 25), happened("Released", 50)),
            agent("eve", "a", happened("Ringing", 51), happened("Released", 59)),
            agent("ann", "a", happened("Established", 65), happened("Released", 99)),
        ],
    )
    pushed = [
        push("Enqueue", skillGroupId="a"),
        push("Established", 10, skillGroupId="a", agentId="ann"),
        push("Enqueue", 50, skillGroupId="a"),
        push("Released", 59, skillGroupId="a", agentId="ann"),
    ]

    for payloads in ([*pushed, record], [record, *pushed]):
        events = told(VENDOR, *payloads)
        known = [one for one in visits(events).values() if one["outcome"]]
        assert sorted((one["queue"], one["wait"], one["talk"]) for one in known) == [
            ("a", 10_000, 10_000),
            ("a", 15_000, 34_000),
            ("b", 5_000, 25_000),
        ]
        (missed,) = (one for one in events if one["type"] == "agent.missed")
        (again,) = (
            one["visit"]
            for one in events
            if one["type"] == "contact.answered" and ":2:" in one["id"]
        )
        assert missed["visit"] == again


def test_who_came_back_to_a_queue_and_gave_up_there_had_been_answered_before() -> None:
    waits = [queue("a", happened("Enqueue", 0), happened("Enqueue", 50), happened("Abandoned", 60))]
    talks = [agent("ann", "a", happened("Established", 10), happened("Released", 50))]

    events = told(VENDOR, detail(waits, talks))

    assert sorted(
        (one["outcome"], one["wait"]) for one in visits(events).values() if one["queue"]
    ) == [
        ("abandoned", 10_000),
        ("answered", 10_000),
    ]


def test_who_gave_up_while_it_rang_was_missed_by_nobody() -> None:
    rang = [agent("ann", "a", happened("Ringing", 3), happened("Released", 9))]
    waits = [queue("a", happened("Enqueue", 0), happened("Abandoned", 9))]
    missed = [
        one["type"] == "agent.missed"
        for disposition in ("AbandonedInRing", "QueuingTimeout")
        for one in told(VENDOR, detail(waits, rang, ContactDisposition=disposition))
    ]

    assert missed == [False, False, False, False, True]


def test_a_personal_queue_is_no_visit_and_a_number_is_some_queue() -> None:
    queues = [
        queue("ann", happened("Enqueue", 0)),
        queue("x", happened("Enqueue", 0), kind="AGENT"),
        queue("other", happened("Enqueue", 0), kind="1"),
        queue("a", happened("Enqueue", 0), kind="1"),
    ]
    talks = [agent("ann", "a", happened("Established", 5), happened("Released", 9))]

    events = told(VENDOR, detail(queues, talks, SkillGroupIds="a,b"))
    assert [one["queue"] for one in visits(events).values()] == ["a"]


def test_the_survey_of_a_call_by_its_own_record_has_another_name_there() -> None:
    asked = detail(
        [queue("a", happened("Enqueue", 0))],
        [agent("ann", "a", happened("Established", 5), happened("Released", 9))],
        SatisfactionSurveyOffered=True,
        Satisfaction=3,
    )

    assert [one.get("score") for one in told(VENDOR, asked) if "survey" in one] == [None, 3]


@pytest.mark.parametrize(
    ("queues", "fields", "outcome", "wait"),
    [
        ([queue("a", happened("Enqueue", 0), happened("Abandoned", 7))], {}, "abandoned", 7),
        ([queue("a", happened("Enqueue", 0), happened("QueueingTimeout", 9))], {}, "left", 9),
        (
            [queue("a", happened("Enqueue", 0))],
            {"ContactDisposition": "AbandonedInQueue"},
            "abandoned",
            99,
        ),
        (
            [queue("a", happened("Enqueue", 0)), queue("b", happened("Enqueue", 30))],
            {},
            "left",
            30,
        ),
    ],
)
def test_a_stay_that_nobody_answered_ends_by_its_queue_the_next_one_or_the_disposition(
    queues: list[Body], fields: Body, outcome: str, wait: int
) -> None:
    first = next(iter(visits(told(VENDOR, detail(queues, [], **fields))).values()))

    assert (first["outcome"], first["wait"]) == (outcome, wait * 1000)


def test_a_record_of_a_call_that_goes_out_or_on_tells_no_more_than_it_knows() -> None:
    waits = [queue("a", happened("Enqueue", 0))]

    assert told(VENDOR, detail(waits, [], ContactType="OUTBOUND")) == []
    assert len(told(VENDOR, detail(waits, [{"EventSequence": []}], ReleaseTime=None))) == 1
    unstamped = queue("a", {"Event": "Enqueue"}, happened("Enqueue", 0))
    talks = [agent("ann", "a", happened("Established", 5))]
    assert [one["type"] for one in told(VENDOR, detail([unstamped], talks))] == [
        "contact.offered",
        "contact.answered",
    ]
    assert len(told(VENDOR, listed(ReleaseTime=None))) == 2
    nameless = {"QueueEvents": [], "Data": {"ContactId": None, "QueueEvents": []}}
    assert refused(VENDOR, nameless) == "the payload has no eventType or ContactId"
    assert refused(VENDOR, {"Data": {"List": [{"QueueEvents": []}]}}) == (
        "the payload has no ContactId"
    )


def push(kind: str, second: int = 0, **fields: object) -> Body:
    known = {
        "eventType": kind,
        "eventTime": f"2026-11-02T09:00:{second:02}.000Z",
        "instanceId": "ccc-test",
        "contactId": "job",
        "channelId": "ch",
        "callType": "INBOUND",
        "skillGroupId": "sales@ccc-test",
    }
    return {**known, **fields}


def test_a_live_call_is_answered_and_ended_by_the_channel_of_its_agent_alone() -> None:
    events = told(
        VENDOR,
        push("Enqueue"),
        push("AssignAgent", 3, agentId="ann"),
        push("Established", 1),
        push("Established", 8, agentId="ann"),
        push("Held", 20),
        push("Retrieved", 25),
        push("Released", 50),
        push("Released", 48, agentId="ann"),
    )

    (visit,) = visits(events).values()
    assert (visit["outcome"], visit["wait"], visit["talk"], visit["hold"]) == (
        "answered",
        8_000,
        35_000,
        5_000,
    )


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("QueueingTimeout", "timeout"),
        ("QueuingOverflow", "overflow"),
        ("QueueingCancelled", "other"),
        ("QueueingFailed", "empty"),
    ],
)
def test_a_live_call_leaves_as_the_event_is_called(kind: str, reason: str) -> None:
    (event,) = told(VENDOR, push(kind))

    assert (event["type"], event["reason"]) == ("contact.left", reason)


def test_a_live_call_that_is_given_up_and_one_that_is_passed_on() -> None:
    given_up = visits(told(VENDOR, push("Enqueue"), push("Abandoned", 9)))["job", SALES]
    passed_on = told(VENDOR, push("BlindTransfer", 9, skillGroupId="b", agentId="ann"))

    assert (given_up["outcome"], given_up["wait"]) == ("abandoned", 9_000)
    assert [event["type"] for event in passed_on] == ["contact.transferred"]


def test_skill_groups_may_come_as_a_list() -> None:
    (event,) = told(VENDOR, push("AgentReady", agentId="ann", skillGroupIds=["a", "", 7, "b"]))

    assert event["queues"] == ["a", "b"]


def test_both_roads_tell_one_call_with_the_records_spans() -> None:
    pushed = told(
        VENDOR,
        push("Enqueue", 10),
        push("Established", 30, agentId="ann"),
        push("Released", 59, agentId="ann"),
    )
    record = told(VENDOR, listed())

    (visit,) = visits([*record, *pushed]).values()
    assert (visit["wait"], visit["talk"], visit["hold"]) == (20_000, 50_000, 15_000)


def test_what_names_no_skill_group_or_is_not_inbound_tells_nothing() -> None:
    assert told(VENDOR, push("Established", agentId="ann", skillGroupId=None)) == []
    assert told(VENDOR, push("Enqueue", callType="OUTBOUND")) == []
    assert ignored(VENDOR, push("CDRReady")) == []
    assert ignored(VENDOR, push("Dances")) != []
    assert ignored(VENDOR, push("Enqueue", callType="OUTBOUND")) != []


def test_an_agent_whose_ringing_timed_out_is_on_break_and_has_missed_a_call() -> None:
    events = told(VENDOR, push("AgentRingingTimeout", agentId="ann"))

    assert states(events) == [(AT, "ann", "break")]
    assert facts(events)[1] == {
        "type": "agent.missed",
        "at": AT,
        "agent": "ann",
        "queue": "sales@ccc-test",
        "contact": "job",
    }


def test_a_break_code_is_the_state_that_the_settings_say() -> None:
    away = push("AgentBreak", agentId="ann", breakCode="Training", skillGroupIds="a, b")

    (plain,) = told(VENDOR, away)
    (known,) = told(VENDOR, away, activities={"training": "offline"})
    assert (plain["state"], plain["reason"], plain["queues"]) == ("break", "Training", ["a", "b"])
    assert (known["state"], "reason" in known) == ("offline", False)


def test_another_instances_payloads_are_refused() -> None:
    why = "instanceId is 'ccc-test', and this source is 'mine'"

    assert refused(VENDOR, push("Enqueue"), instance="mine") == why
    assert refused(VENDOR, listed(), instance="mine") == why
    assert told(VENDOR, push("Enqueue"), instance="ccc-test") != []


def test_what_is_no_payload_is_refused() -> None:
    assert refused(VENDOR, {"hello": 1}) == "the payload has no eventType or ContactId"
    assert refused(VENDOR, {"ContactId": "job"}) == "the payload has no ContactId or StartTime"
    assert refused(VENDOR, push("Enqueue", contactId=None)) == (
        "the payload has no contactId or eventTime"
    )
    assert refused(VENDOR, push("AgentReady")) == "the payload has no agentId or eventTime"


instants = st.integers(0, 60)
words = st.sampled_from(["Ringing", "Established", "Released", "Held", "Retrieved"])
ends = st.sampled_from(["Enqueue", "Enqueue", "Abandoned", "QueueingTimeout", "AssignAgent"])


@given(
    st.lists(st.tuples(st.sampled_from("ab"), ends, instants), max_size=5),
    st.lists(st.tuples(st.sampled_from(["ann", "ben"]), words, instants), max_size=6),
    st.sampled_from(["Success", "AbandonedInRing", "QueuingOverflow"]),
)
def test_an_answer_is_never_told_of_a_stay_that_also_ended_otherwise(
    queued: list[tuple[str, str, int]], talks: list[tuple[str, str, int]], disposition: str
) -> None:
    events = told(
        VENDOR,
        detail(
            [queue(name, happened(word, at)) for name, word, at in queued],
            [agent(name, "a", happened(word, at)) for name, word, at in talks],
            ContactDisposition=disposition,
        ),
    )

    outcomes = {
        (one["visit"], one["type"])
        for one in events
        if one["type"] in {"contact.answered", "contact.abandoned", "contact.left"}
    }
    answered = {visit for visit, type_ in outcomes if type_ == "contact.answered"}
    assert all(type_ == "contact.answered" for visit, type_ in outcomes if visit in answered)


def test_a_list_without_queue_and_ring_times_has_waits() -> None:
    older = listed(QueueTime=None, RingTime=None, WaitTime=20)

    (visit,) = visits(told(VENDOR, older)).values()

    assert (visit["outcome"], visit["wait"], visit["talk"]) == ("answered", 20_000, 50_000)
    assert visits(told(VENDOR, listed(QueueTime=None, WaitTime=99)))["job", SALES]["wait"] == 5_000
    unknown = listed(QueueTime=None, RingTime=None, WaitTime=None)
    assert visits(told(VENDOR, unknown))["job", SALES]["wait"] == 0


def test_a_conversation_without_a_skill_group_is_that_of_the_stay() -> None:
    talked = agent("ann", "", happened("Established", 10), happened("Released", 70))
    later = agent("ben", "", happened("Established", 75), happened("Released", 90))
    record = detail([queue("a", happened("Enqueue", 0))], [talked, later])

    (visit,) = visits(told(VENDOR, record)).values()

    assert (visit["outcome"], visit["wait"], visit["talk"]) == ("answered", 10_000, 60_000)


def test_an_empty_page_tells_nothing() -> None:
    assert told(VENDOR, {"Data": {"PageNumber": 1, "TotalCount": 0, "List": None}}) == []
