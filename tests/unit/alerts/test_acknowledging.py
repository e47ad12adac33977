"""What people may do with an incident, in which state."""

from dataclasses import replace

import pytest

from floorpulse.alerts.domain.acknowledging import (
    LONGEST_COMMENT,
    LONGEST_SNOOZE,
    REMEDIES,
    Acknowledge,
    Action,
    Comment,
    Reassign,
    Refused,
    Resolve,
    Snooze,
    Unacknowledge,
    act,
)
from floorpulse.alerts.domain.decisions import (
    Circumstances,
    Decision,
    EventDetails,
    IncidentEvent,
    changed,
)
from floorpulse.alerts.domain.escalation import on_timer, opened, resolved
from floorpulse.alerts.domain.incidents import Incident, IncidentState
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.definitions.domain.on_call import Acknowledgement, Severity
from tests.fakes.alert_definitions import People, incident, policy, step

NOW = 1_000_000
EVERYBODY = Circumstances(People())
HOLDS = Acknowledgement(critical=60, warning=120, info=0)
LADDER = policy(step("ann"), step("cy"), acknowledgement=HOLDS)


def firing(**fields: object) -> Incident:
    return opened(incident(LADDER, **fields), Reason.HELD, EVERYBODY, NOW).incident


def done(there: Incident, action: Action, actor: str = "ann", now: int = NOW) -> Decision:
    decision = act(there, action, actor, EVERYBODY, now)
    assert isinstance(decision, Decision), decision
    return decision


def acknowledged() -> Incident:
    return done(firing(), Acknowledge()).incident


def over() -> Incident:
    return resolved(firing(), Reason.CLEARED, EVERYBODY, NOW).incident


@pytest.mark.parametrize(
    ("severity", "until"),
    [(Severity.CRITICAL, NOW + 60_000), (Severity.WARNING, NOW + 120_000), (Severity.INFO, None)],
)
def test_an_acknowledgement_stops_the_climb_and_expires_by_severity(
    severity: Severity, until: int | None
) -> None:
    decision = done(firing(severity=severity), Acknowledge())

    after = decision.incident
    assert (after.state, after.owner) == (IncidentState.ACKNOWLEDGED, "ann")
    assert (after.acknowledged_until, after.next_at) == (until, until)
    assert decision.withdraw
    assert decision.notices == ()
    assert decision.events[0].reason is Reason.ACKNOWLEDGED
    assert decision.events[0].actor == "ann"


def test_without_a_policy_an_acknowledgement_holds_until_the_end() -> None:
    decision = act(incident(None), Acknowledge(), "ann", EVERYBODY, NOW)

    assert isinstance(decision, Decision)
    assert decision.incident.next_at is None


def test_whoever_acknowledges_last_has_it() -> None:
    assert done(acknowledged(), Acknowledge(), "bo").incident.owner == "bo"


def test_an_acknowledgement_that_expires_goes_on_from_where_the_climb_stood() -> None:
    had = acknowledged()
    decision = on_timer(had, EVERYBODY, NOW + 120_000)

    assert [one.reason for one in decision.events] == [
        Reason.ACKNOWLEDGEMENT_EXPIRED,
        Reason.STEP_DUE,
    ]
    assert [one.level for one in decision.events] == [1, 2]
    assert [(one.step, one.target) for one in decision.notices] == [(2, "cy/sms")]
    assert (decision.incident.state, decision.incident.owner) == (IncidentState.FIRING, None)


def test_an_exhausted_ladder_tells_its_last_step_once_more_each_time() -> None:
    there = changed(firing(), level=2, next_at=None)
    steps = []
    for _ in range(2):
        had = done(there, Acknowledge()).incident
        decision = on_timer(had, EVERYBODY, NOW)
        steps += [one.step for one in decision.notices]
        there = on_timer(decision.incident, EVERYBODY, NOW + 10_000).incident
        assert there.next_at is None

    assert steps == [4, 6]


def test_without_a_policy_giving_back_leaves_it_firing() -> None:
    had = act(incident(None), Acknowledge(), "ann", EVERYBODY, NOW)
    assert isinstance(had, Decision)
    decision = done(had.incident, Unacknowledge())

    assert (decision.incident.state, decision.notices) == (IncidentState.FIRING, ())


def test_a_snooze_ends_and_the_climb_goes_on() -> None:
    decision = done(acknowledged(), Snooze(600))
    after = decision.incident

    assert (after.snoozed_until, after.acknowledged_until) == (NOW + 600_000, None)
    assert after.next_at == NOW + 600_000
    ended = on_timer(after, EVERYBODY, NOW + 600_000)
    assert [one.reason for one in ended.events] == [Reason.SNOOZE_ENDED, Reason.STEP_DUE]
    assert ended.incident.snoozed_until is None
    assert done(after, Acknowledge()).incident.snoozed_until is None


@pytest.mark.parametrize("seconds", [0, -1, LONGEST_SNOOZE + 1])
def test_a_snooze_has_bounds(seconds: int) -> None:
    refusal = act(firing(), Snooze(seconds), "ann", EVERYBODY, NOW)

    assert refusal is Refused.SNOOZE_OUT_OF_BOUNDS


def test_giving_it_back_tells_the_next_step_at_once() -> None:
    decision = done(acknowledged(), Unacknowledge(), "bo")

    assert [one.reason for one in decision.events] == [Reason.UNACKNOWLEDGED, Reason.STEP_DUE]
    assert decision.events[0].actor == "bo"


def test_only_what_is_acknowledged_can_be_given_back() -> None:
    assert act(firing(), Unacknowledge(), "ann", EVERYBODY, NOW) is Refused.NOT_ACKNOWLEDGED


def test_handing_over_tells_the_new_owner_each_time() -> None:
    there = acknowledged()
    decision = done(there, Reassign("bo"), "cy")
    again = done(replace(decision.incident, revision=1), Reassign("bo"), "cy")

    assert (decision.incident.owner, decision.incident.next_at) == ("bo", there.next_at)
    assert decision.incident.state is IncidentState.ACKNOWLEDGED
    assert [(one.kind, one.target) for one in decision.notices] == [("reassigned", "bo/sms")]
    assert not set(decision.notices) & set(again.notices)


def test_a_ladder_waits_its_steps_time_anew_for_the_new_owner() -> None:
    there = firing()
    later = done(there, Reassign("bo"), now=NOW + 4000).incident
    untold = done(changed(there, level=0), Reassign("bo"), now=NOW + 4000).incident
    quiet = done(changed(there, silenced=True), Reassign("bo"), now=NOW + 4000).incident

    assert later.next_at == NOW + 9000
    assert untold.next_at == there.next_at
    assert quiet.next_at == there.next_at


def test_nothing_is_handed_to_somebody_who_cannot_be_reached() -> None:
    nobody = Circumstances(People(absent=("bo",)))

    assert act(firing(), Reassign("bo"), "ann", nobody, NOW) is Refused.RECEIVER_UNKNOWN


def test_a_comment_stands_in_the_timeline_also_afterwards() -> None:
    for there in (firing(), acknowledged(), over()):
        decision = done(there, Comment("  two agents ill "))
        assert decision.incident == there
        assert decision.events[0].details.comment == "two agents ill"


@pytest.mark.parametrize("text", ["", "   ", "x" * (LONGEST_COMMENT + 1)])
def test_a_comment_has_bounds(text: str) -> None:
    assert act(firing(), Comment(text), "ann", EVERYBODY, NOW) is Refused.COMMENT_OUT_OF_BOUNDS


def test_resolving_by_hand_names_who_did_it() -> None:
    decision = done(firing(), Resolve(), "cy")

    assert decision.incident.state is IncidentState.RESOLVED
    assert [(one.reason, one.actor) for one in decision.events] == [(Reason.RESOLVED_BY_HAND, "cy")]


@pytest.mark.parametrize(
    "action", [Acknowledge(), Snooze(60), Unacknowledge(), Reassign("bo"), Resolve()]
)
def test_what_is_over_stays_over(action: Action) -> None:
    assert act(over(), action, "ann", EVERYBODY, NOW) is Refused.RESOLVED_ALREADY


def test_each_refusal_says_what_to_do() -> None:
    assert set(REMEDIES) == set(Refused)


@pytest.mark.parametrize(
    ("action", "reason", "state", "details"),
    [
        (
            Acknowledge(),
            Reason.ACKNOWLEDGED,
            IncidentState.ACKNOWLEDGED,
            EventDetails(owner="cy", until=NOW + 120_000),
        ),
        (
            Snooze(1),
            Reason.SNOOZED,
            IncidentState.ACKNOWLEDGED,
            EventDetails(owner="cy", until=NOW + 1000),
        ),
        (
            Snooze(LONGEST_SNOOZE),
            Reason.SNOOZED,
            IncidentState.ACKNOWLEDGED,
            EventDetails(owner="cy", until=NOW + LONGEST_SNOOZE * 1000),
        ),
        (
            Reassign("bo"),
            Reason.REASSIGNED,
            IncidentState.FIRING,
            EventDetails(owner="bo", targets=("bo/sms",)),
        ),
        (
            Comment("x" * LONGEST_COMMENT),
            Reason.COMMENTED,
            IncidentState.FIRING,
            EventDetails(comment="x" * LONGEST_COMMENT),
        ),
        (Resolve(), Reason.RESOLVED_BY_HAND, IncidentState.RESOLVED, EventDetails()),
    ],
)
def test_the_timeline_says_who_did_what_until_when(
    action: Action, reason: Reason, state: IncidentState, details: EventDetails
) -> None:
    decision = done(firing(), action, "cy")

    assert decision.events == (IncidentEvent(NOW, reason, state, 1, "cy", details),)
    acknowledges = state is IncidentState.ACKNOWLEDGED
    assert decision.withdraw is (acknowledges or isinstance(action, Resolve))
    assert decision.incident.owner == (details.owner or None)


def test_the_step_of_a_handing_over_is_the_revision_that_it_makes() -> None:
    decision = done(replace(firing(), revision=7), Reassign("bo"))

    assert [one.step for one in decision.notices] == [8]
