"""An incident opens, climbs, is silenced, flaps and ends."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorpulse.alerts.domain.acknowledging import Acknowledge, act
from floorpulse.alerts.domain.damping import HOUR
from floorpulse.alerts.domain.decisions import (
    Circumstances,
    Decision,
    EventDetails,
    IncidentEvent,
    changed,
)
from floorpulse.alerts.domain.escalation import (
    LOOK_AGAIN,
    on_timer,
    opened,
    refused,
    resolved,
    steadied,
    worsened,
)
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Incident, IncidentState
from floorpulse.alerts.domain.ladder import Ladder
from floorpulse.alerts.domain.notices import NoticeKind
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.definitions.domain.on_call import EscalationBody
from tests.fakes.alert_definitions import People, incident, policy, step

NOW = 1_000_000
EVERYBODY = Circumstances(People())
TWO = policy(step("ann", "bo"), step("cy", wait=7), repeat=1)


def reasons(decision: Decision) -> list[Reason]:
    return [one.reason for one in decision.events]


def owed(decision: Decision) -> list[tuple[str, int, str]]:
    return [(str(one.kind), one.step, one.target) for one in decision.notices]


def start(ladder: EscalationBody | None, around: Circumstances = EVERYBODY) -> Decision:
    return opened(incident(ladder), Reason.HELD, around, NOW)


def climb(ladder: EscalationBody, around: Circumstances = EVERYBODY) -> list[Decision]:
    """All decisions until nothing is due any longer, each at its time."""
    decisions = [start(ladder, around)]
    while (due := decisions[-1].incident.next_at) is not None:
        decisions.append(on_timer(decisions[-1].incident, around, due))
    return decisions


def test_the_first_step_is_told_as_it_opens() -> None:
    decision = start(TWO)

    assert reasons(decision) == [Reason.HELD, Reason.STEP_DUE]
    assert owed(decision) == [("opened", 1, "ann/sms"), ("opened", 1, "bo/sms")]
    assert (decision.incident.level, decision.incident.round) == (1, 0)
    assert decision.incident.next_at == NOW + 5000
    assert decision.events[0].details.figure == decision.incident.figure
    assert decision.events[1].details.targets == ("ann/sms", "bo/sms")


def test_it_climbs_through_all_rounds_and_is_exhausted() -> None:
    #  0      5 s     12 s    17 s    24 s
    #  step 1 step 2  step 1  step 2  exhausted
    decisions = climb(TWO)

    assert [one.events[-1].at - NOW for one in decisions] == [0, 5000, 12_000, 17_000, 24_000]
    assert [one.notices[0].step for one in decisions[:-1]] == [1, 2, 3, 4]
    assert reasons(decisions[-1]) == [Reason.EXHAUSTED]
    assert (decisions[-1].incident.level, decisions[-1].incident.round) == (2, 1)
    assert [one.incident.exhausted for one in decisions] == [False] * 4 + [True]


def test_without_a_policy_nobody_is_told() -> None:
    decision = start(None)

    assert (reasons(decision), decision.notices) == ([Reason.HELD], ())
    assert decision.incident.next_at is None
    assert resolved(decision.incident, Reason.CLEARED, EVERYBODY, NOW).notices == ()


def test_a_step_outside_its_calendar_is_passed_over_at_once() -> None:
    ladder = policy(step("ann", only_during="days"), step("cy"))
    night = Circumstances(People(closed=("days",)))

    decision = start(ladder, night)

    assert reasons(decision) == [Reason.HELD, Reason.STEP_OUTSIDE, Reason.STEP_DUE]
    assert [one.level for one in decision.events] == [0, 1, 2]
    assert owed(decision) == [("opened", 2, "cy/sms")]
    assert owed(start(ladder)) == [("opened", 1, "ann/sms")]


def test_an_empty_step_is_passed_over_or_waited_for_as_the_policy_says() -> None:
    gone = Circumstances(People(absent=("ann",)))
    passed = start(policy(step("ann"), step("cy")), gone)
    waited = start(policy(step("ann", skip_if_empty=False), step("cy")), gone)

    assert reasons(passed) == [Reason.HELD, Reason.STEP_EMPTY, Reason.STEP_DUE]
    assert reasons(waited) == [Reason.HELD, Reason.STEP_EMPTY]
    assert (waited.incident.level, waited.incident.next_at) == (1, NOW + 5000)


def test_a_ladder_without_anybody_looks_again_every_minute_and_says_so_once() -> None:
    ladder = policy(step("ann", only_during="days"), step("cy"), repeat=3)
    nobody = Circumstances(People(absent=("cy",), closed=("days",)))
    first = start(ladder, nobody)
    second = on_timer(first.incident, nobody, NOW + LOOK_AGAIN)
    third = on_timer(second.incident, EVERYBODY, NOW + 2 * LOOK_AGAIN)

    assert reasons(first) == [Reason.HELD, Reason.STEP_OUTSIDE, Reason.STEP_EMPTY]
    assert first.incident.next_at == NOW + LOOK_AGAIN
    assert (reasons(second), second.incident.next_at) == ([], NOW + 2 * LOOK_AGAIN)
    assert reasons(third) == [Reason.STEP_DUE]
    assert (third.incident.level, third.incident.passed_over) == (1, False)


def test_a_ladder_whose_last_steps_have_nobody_is_exhausted() -> None:
    ladder = policy(step("ann"), step("cy"))
    decisions = climb(ladder, Circumstances(People(absent=("cy",))))

    assert reasons(decisions[-1]) == [Reason.STEP_EMPTY, Reason.EXHAUSTED]


def test_a_ladder_in_its_middle_waits_for_somebody_too() -> None:
    first = start(TWO)
    nobody = Circumstances(People(absent=("ann", "bo", "cy")))
    second = on_timer(first.incident, nobody, NOW + 5000)

    assert second.incident.next_at == NOW + 5000 + LOOK_AGAIN
    assert second.incident.level == 1


def test_a_silenced_incident_opens_silently_and_stands_still_until_the_silence_ends() -> None:
    quiet = replace(EVERYBODY, silenced_until=NOW + 60_000)
    first = start(TWO, quiet)
    longer = on_timer(first.incident, replace(quiet, silenced_until=NOW + 90_000), NOW + 60_000)
    ended = on_timer(longer.incident, EVERYBODY, NOW + 90_000)

    assert (reasons(first), first.notices) == ([Reason.HELD, Reason.SILENCED], ())
    assert first.incident.next_at == NOW + 60_000
    assert (reasons(longer), longer.incident.next_at) == ([], NOW + 90_000)
    assert reasons(ended) == [Reason.SILENCE_ENDED, Reason.STEP_DUE]
    assert not ended.incident.silenced
    assert owed(ended)[0] == ("opened", 1, "ann/sms")


def test_what_ends_is_told_to_whoever_was_told_and_what_waits_is_withdrawn() -> None:
    decision = resolved(
        start(TWO).incident,
        Reason.CLEARED,
        replace(EVERYBODY, told=("ann/sms",)),
        NOW + 9,
        Figure("offered", 0.0),
    )

    assert owed(decision) == [("resolved", 0, "ann/sms")]
    assert decision.withdraw
    assert decision.incident.state is IncidentState.RESOLVED
    assert (decision.incident.resolved_at, decision.incident.next_at) == (NOW + 9, None)
    assert decision.incident.figure.value == 0.0


def test_ends_are_kept_back_where_the_policy_says_so() -> None:
    quiet = policy(step("ann"), tell_resolved=False)

    decision = resolved(
        start(quiet).incident, Reason.CLEARED, replace(EVERYBODY, told=("ann/sms",)), NOW
    )

    assert decision.notices == ()


def test_a_worse_figure_is_stored_and_told_to_nobody() -> None:
    decision = worsened(start(TWO).incident, Figure("offered", 9.0))

    assert (decision.events, decision.notices) == ((), ())
    assert decision.incident.figure.value == 9.0


@pytest.mark.parametrize("alone", [True, False])
def test_a_step_that_nobody_can_be_reached_by_does_not_hold_the_next_up(*, alone: bool) -> None:
    first = start(TWO).incident
    decision = refused(first, "ann/sms", "no such number", NOW + 9, alone=alone)

    assert reasons(decision) == [Reason.REFUSED]
    assert decision.events[0].details.comment == "no such number"
    assert decision.incident.next_at == (NOW + 9 if alone else first.next_at)


@pytest.mark.parametrize(
    "fields",
    [
        {"silenced": True},
        {"flapping": True},
        {"next_at": None},
        {"state": IncidentState.ACKNOWLEDGED},
    ],
)
def test_a_refusal_hurries_only_what_climbs(fields: dict[str, object]) -> None:
    there = changed(start(TWO).incident, **fields)

    assert refused(there, "ann/sms", "", NOW + 9, alone=True).incident == there


def test_a_flapping_alert_is_told_once_and_then_hourly() -> None:
    flaps = changed(incident(TWO), flapping=True, opened_at=NOW)
    first = opened(flaps, Reason.BREACHED, EVERYBODY, NOW)
    again = opened(
        replace(flaps, id="i2"), Reason.BREACHED, replace(EVERYBODY, flapped_at=NOW), NOW + 60_000
    )
    hour = on_timer(again.incident, replace(EVERYBODY, flapped_at=NOW), NOW + HOUR)

    assert reasons(first) == [Reason.BREACHED, Reason.FLAPPING]
    assert owed(first) == [("flapping", 1, "ann/sms"), ("flapping", 1, "bo/sms")]
    assert (reasons(again), again.notices) == ([Reason.BREACHED], ())
    assert again.incident.next_at == NOW + HOUR
    assert owed(hour)[0] == ("flapping", 1, "ann/sms")
    assert hour.incident.next_at == NOW + 2 * HOUR


def test_notices_of_flapping_of_one_incident_have_numbers_of_their_own() -> None:
    flaps = changed(incident(TWO), flapping=True, opened_at=NOW, revision=4)

    assert {one.step for one in opened(flaps, Reason.HELD, EVERYBODY, NOW).notices} == {5}


def test_flapping_is_told_to_the_first_step_that_has_somebody() -> None:
    ladder = policy(step("ann", only_during="days"), step("gone"), step("cy"))
    around = Circumstances(People(absent=("gone",), closed=("days",)))
    flaps = changed(incident(ladder), flapping=True, opened_at=NOW)
    nobody = Circumstances(People(absent=("gone", "cy"), closed=("days",)))

    assert owed(opened(flaps, Reason.HELD, around, NOW)) == [("flapping", 1, "cy/sms")]
    assert owed(opened(flaps, Reason.HELD, nobody, NOW)) == []


def test_a_silence_holds_flapping_back_too_and_no_policy_tells_nobody() -> None:
    flaps = changed(incident(TWO), flapping=True)
    quiet = opened(flaps, Reason.HELD, replace(EVERYBODY, silenced_until=NOW + 5), NOW)
    without = opened(replace(flaps, policy=None), Reason.HELD, EVERYBODY, NOW)

    assert (quiet.notices, quiet.incident.next_at) == ((), NOW + 5)
    assert (without.notices, without.incident.next_at) == ((), None)


def test_what_flaps_no_more_and_still_fires_is_climbed_for() -> None:
    flaps = opened(changed(incident(TWO), flapping=True), Reason.HELD, EVERYBODY, NOW).incident
    decision = steadied(flaps, EVERYBODY, NOW + 5)
    had = act(flaps, Acknowledge(), "ann", EVERYBODY, NOW)
    assert isinstance(had, Decision)

    assert reasons(decision) == [Reason.STEADY, Reason.STEP_DUE]
    assert not decision.incident.flapping
    assert reasons(steadied(had.incident, EVERYBODY, NOW)) == [Reason.STEADY]


steps = st.builds(
    step,
    st.sampled_from(["ann", "bo", "cy"]),
    wait=st.integers(0, 600),
    only_during=st.sampled_from([None, "days"]),
    skip_if_empty=st.booleans(),
)
ladders = st.builds(
    lambda some, repeat: policy(*some, repeat=repeat),
    st.lists(steps, min_size=1, max_size=4),
    st.integers(0, 3),
)
people = st.builds(
    People, absent=st.sets(st.sampled_from(["ann", "bo", "cy"])).map(tuple),
    closed=st.sampled_from([(), ("days",)]),
)  # fmt: skip


@given(ladder=ladders, moves=st.lists(st.tuples(people, st.booleans()), min_size=1, max_size=30))
@settings(max_examples=200)
def test_no_course_of_things_tells_a_step_twice_or_goes_down_the_ladder(
    ladder: EscalationBody, moves: list[tuple[People, bool]]
) -> None:
    now = NOW
    there = incident(ladder)
    decision = opened(there, Reason.HELD, Circumstances(moves[0][0]), now)
    told = [*decision.notices]
    for who, acknowledges in moves[1:]:
        before = decision.incident
        if before.next_at is None:
            break
        now = max(now, before.next_at)
        around = Circumstances(who)
        done = act(before, Acknowledge(), "ann", around, now) if acknowledges else None
        decision = done if isinstance(done, Decision) else on_timer(before, around, now)
        told += decision.notices
        assert _place(ladder, decision.incident) >= _place(ladder, before)

    assert len(told) == len(set(told))
    assert all(one.kind is NoticeKind.OPENED for one in told)


def _place(ladder: EscalationBody, there: Incident) -> int:
    return Ladder(ladder).position(there)


@given(ladder=ladders, who=people)
def test_an_incident_is_on_its_way_to_somebody_or_exhausted(
    ladder: EscalationBody, who: People
) -> None:
    decision = start(ladder, Circumstances(who))
    for _ in range(30):
        if decision.incident.next_at is None:
            break
        decision = on_timer(decision.incident, Circumstances(who), decision.incident.next_at)

    waits = decision.incident.next_at is not None
    assert waits or reasons(decision)[-1] is Reason.EXHAUSTED


def test_the_timeline_says_until_when_it_is_silenced_and_when_that_ended() -> None:
    silent = Circumstances(People(), silenced_until=NOW + 60_000)
    there = start(TWO).incident
    quiet = on_timer(there, silent, NOW + 5000)
    assert quiet.events == (
        IncidentEvent(
            NOW + 5000, Reason.SILENCED, IncidentState.FIRING, 1,
            details=EventDetails(until=NOW + 60_000),
        ),
    )  # fmt: skip
    spoken = on_timer(quiet.incident, EVERYBODY, NOW + 60_000)
    assert spoken.events[0] == IncidentEvent(
        NOW + 60_000, Reason.SILENCE_ENDED, IncidentState.FIRING, 1
    )
    assert spoken.incident.silenced is False


def test_the_timeline_says_who_was_refused_and_why() -> None:
    decision = refused(start(TWO).incident, "ann/sms", "no such number", NOW + 9, alone=True)
    details = EventDetails(targets=("ann/sms",), comment="no such number")
    assert decision.events == (
        IncidentEvent(NOW + 9, Reason.REFUSED, IncidentState.FIRING, 1, details=details),
    )


def test_the_timeline_says_when_it_was_steady_again_whoever_has_it() -> None:
    there = changed(start(TWO).incident, flapping=True)
    had = act(there, Acknowledge(), "ann", EVERYBODY, NOW)
    assert isinstance(had, Decision)
    decision = steadied(had.incident, EVERYBODY, NOW + 5)
    assert decision.events == (
        IncidentEvent(NOW + 5, Reason.STEADY, IncidentState.ACKNOWLEDGED, 1),
    )
    assert decision.incident == changed(had.incident, flapping=False)


def test_the_timeline_says_with_which_figure_it_ended_and_who_was_told() -> None:
    figure = Figure("offered", 1.0)
    around = Circumstances(People(), told=("ann/sms",))
    there = changed(start(TWO).incident, acknowledged_until=NOW, snoozed_until=NOW)
    decision = resolved(there, Reason.CLEARED, around, NOW + 9, figure)
    details = EventDetails(figure=figure, targets=("ann/sms",))
    assert decision.events == (
        IncidentEvent(NOW + 9, Reason.CLEARED, IncidentState.RESOLVED, 1, details=details),
    )
    after = decision.incident
    assert (after.acknowledged_until, after.snoozed_until, after.next_at) == (None, None, None)


def test_nobody_has_what_goes_on_from_where_it_stood() -> None:
    had = act(changed(start(TWO).incident, exhausted=True), Acknowledge(), "ann", EVERYBODY, NOW)
    assert isinstance(had, Decision)
    after = on_timer(had.incident, EVERYBODY, NOW + 9).incident
    assert (after.owner, after.exhausted, after.acknowledged_until) == (None, False, None)
