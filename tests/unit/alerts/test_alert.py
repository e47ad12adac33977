"""The life of an alert: pending, firing, resolved; gaps, closing hours, changed rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorpulse.alerts.domain.alert import (
    Transition,
    TransitionKind,
    advance,
    due,
    withdrawn,
)
from floorpulse.alerts.domain.alert_rule import AlertRule, alert_rule
from floorpulse.alerts.domain.alert_states import (
    INACTIVE,
    AlertState,
    Firing,
    Inactive,
    Pending,
    Phase,
    decoded,
    encoded,
)
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.flapping import STEADY, noted
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.judgement import Call, Judgement, between, breach, clear, unknown
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.definitions.domain.rule_terms import RuleBody, ThresholdCondition

MINUTE = 60_000
NOON = 1_794_398_400_000
SUBJECT = Subject("demo", "level", "sales")
FIGURE = Figure("service_level", 0.7)
BREACH = breach(FIGURE, 0.1)
WORSE = breach(FIGURE, 0.2)
CLEAR = clear(FIGURE)
BETWEEN = between(Reason.BETWEEN, FIGURE)
UNKNOWN = unknown(Reason.STALE)
AT_ONCE = AlertRule("level@1", "c")
PATIENT = AlertRule("level@1", "c", hold=2 * MINUTE, keep=MINUTE)

JUDGEMENTS = st.sampled_from([BREACH, WORSE, CLEAR, BETWEEN, UNKNOWN])
LIVES = st.lists(st.tuples(st.integers(1, 3 * MINUTE), JUDGEMENTS, st.booleans()), max_size=40)


class Life:
    """An alert from noon on, judged at instants given in seconds."""

    def __init__(self, rule: AlertRule = AT_ONCE) -> None:
        self.rule = rule
        self.state: AlertState = INACTIVE
        self.told: list[Transition] = []

    def judge(self, second: float, judgement: Judgement, *, is_open: bool = True) -> "Life":
        at = NOON + round(1000 * second)
        self.state, told = advance(self.rule, SUBJECT, self.state, judgement, at, is_open=is_open)
        self.told += [told] if told else []
        return self

    @property
    def story(self) -> list[tuple[str, str, float]]:
        return [(one.kind, one.reason, (one.at - NOON) / 1000) for one in self.told]


def test_a_breach_fires_at_once_unless_the_rule_waits() -> None:
    life = Life().judge(0, BREACH)

    assert life.story == [("fire", "breached", 0)]
    assert life.told == [
        Transition(SUBJECT, "level@1", Reason.BREACHED, FIGURE, NOON, TransitionKind.FIRE)
    ]
    assert life.state.phase is Phase.FIRING


def test_a_breach_must_last() -> None:
    # breach  0 ├────────┤ 120
    life = Life(PATIENT).judge(0, BREACH).judge(119.999, BREACH)
    assert life.state == Pending(since=NOON, condition="c")
    assert not life.story

    assert life.judge(120, BREACH).story == [("fire", "held", 120)]


@pytest.mark.parametrize("interruption", [CLEAR, BETWEEN])
def test_a_breach_that_is_interrupted_begins_anew(interruption: Judgement) -> None:
    life = Life(PATIENT).judge(0, BREACH).judge(60, interruption)
    assert life.state == INACTIVE

    assert life.judge(61, BREACH).judge(180, BREACH).story == []
    assert life.judge(181, BREACH).story == [("fire", "held", 181)]


def test_breaches_are_counted_in_minutes() -> None:
    # minute   │ 0   50 │ 60       │ 120
    # breach         ├──┼──────────┤ third minute
    life = Life(AlertRule("level@1", "c", min_breaches=3)).judge(50, BREACH).judge(119.999, BREACH)
    assert life.story == []

    assert life.judge(120, BREACH).story == [("fire", "held", 120)]


def test_clear_minutes_are_counted_alike() -> None:
    life = Life(AlertRule("level@1", "c", min_clears=2)).judge(0, BREACH).judge(30, CLEAR)
    life.judge(59.999, CLEAR)
    assert life.state.phase is Phase.FIRING

    assert life.judge(60, CLEAR).story[1:] == [("resolve", "cleared", 60)]


def test_what_is_between_the_bounds_neither_fires_nor_resolves() -> None:
    assert Life().judge(0, BETWEEN).state == INACTIVE
    assert Life().judge(0, BREACH).judge(1, BETWEEN).state.phase is Phase.FIRING


def test_it_must_be_clear_for_as_long_as_the_rule_asks() -> None:
    # clear   200 ├────────┤ 260
    life = Life(PATIENT).judge(0, BREACH).judge(120, BREACH).judge(200, CLEAR).judge(259.999, CLEAR)
    assert life.state.phase is Phase.FIRING

    assert life.judge(260, CLEAR).story[1:] == [("resolve", "cleared", 260)]


@pytest.mark.parametrize("interruption", [BREACH, BETWEEN])
def test_a_clear_run_that_is_interrupted_begins_anew(interruption: Judgement) -> None:
    life = Life(PATIENT).judge(0, BREACH).judge(120, BREACH).judge(200, CLEAR)
    life.judge(250, interruption).judge(251, CLEAR).judge(310.999, CLEAR)
    assert life.state.phase is Phase.FIRING

    assert life.judge(311, CLEAR).story[-1] == ("resolve", "cleared", 311)


# ------------------------------------------------------------- what is not known


def test_nothing_fires_while_nothing_is_known() -> None:
    assert Life().judge(0, UNKNOWN).state == INACTIVE


def test_a_pending_alert_stands_still_while_nothing_is_known() -> None:
    # breach  0 ├──┤ 60 …… unknown …… 600 ├──┤ 660
    life = Life(PATIENT).judge(0, BREACH).judge(60, UNKNOWN).judge(300, UNKNOWN).judge(600, BREACH)
    assert life.state == Pending(since=NOON + 540_000, condition="c")
    assert life.judge(659.999, BREACH).story == []

    assert life.judge(660, BREACH).story == [("fire", "held", 660)]


def test_a_breach_that_is_over_behind_a_gap_is_over() -> None:
    life = Life(PATIENT).judge(0, BREACH).judge(60, UNKNOWN).judge(600, CLEAR)

    assert life.state == INACTIVE


def test_nothing_resolves_while_nothing_is_known() -> None:
    life = Life(PATIENT).judge(0, BREACH).judge(120, BREACH).judge(150, CLEAR).judge(160, UNKNOWN)
    assert life.judge(9000, UNKNOWN).state.phase is Phase.FIRING

    # clear  150 ├─┤ 160 …… unknown …… 9000 ├────┤ 9050
    life.judge(9000, CLEAR).judge(9049.999, CLEAR)
    assert life.state.phase is Phase.FIRING
    assert life.judge(9050, CLEAR).story[-1] == ("resolve", "cleared", 9050)


def test_a_gap_in_the_middle_of_a_breach_changes_nothing_of_a_firing_alert() -> None:
    life = Life().judge(0, BREACH).judge(10, UNKNOWN).judge(20, BREACH)

    assert life.state == Life().judge(0, BREACH).judge(20, BREACH).state


# ------------------------------------------------------------- hours, rules, figures


def test_closing_hours_resolve_whatever_is_known() -> None:
    life = Life().judge(0, BREACH).judge(10, UNKNOWN, is_open=False)

    assert life.story[1:] == [("resolve", "closed", 10)]


def test_closing_hours_end_what_is_pending_and_let_nothing_begin() -> None:
    life = Life(PATIENT).judge(0, BREACH).judge(10, BREACH, is_open=False)
    assert life.state == INACTIVE

    assert life.judge(20, BREACH, is_open=False).state == INACTIVE
    assert life.story == []


@pytest.mark.parametrize("call", [CLEAR, BETWEEN])
def test_a_changed_condition_resolves_at_once_what_is_no_breach_under_it(call: Judgement) -> None:
    life = Life(PATIENT).judge(0, BREACH).judge(120, BREACH)
    life.rule = AlertRule("level@2", "other", keep=3600_000)
    life.judge(130, call)

    assert life.story[1:] == [("resolve", "rule_changed", 130)]
    assert life.told[-1].version == "level@2"


def test_a_changed_condition_keeps_what_is_a_breach_under_it() -> None:
    life = Life().judge(0, BREACH)
    life.rule = AlertRule("level@2", "other")
    life.judge(10, UNKNOWN).judge(20, BREACH).judge(30, BETWEEN)

    assert life.story == [("fire", "breached", 0)]


def test_another_name_or_runbook_is_no_other_condition() -> None:
    life = Life().judge(0, BREACH)
    life.rule = AlertRule("level@2", "c")

    assert life.judge(10, BETWEEN).state.phase is Phase.FIRING


def test_a_breach_under_a_changed_condition_has_only_begun() -> None:
    life = Life(PATIENT).judge(0, BREACH)
    life.rule = AlertRule("level@2", "other", hold=2 * MINUTE)
    life.judge(100, BREACH).judge(219, BREACH)
    assert life.story == []

    assert life.judge(220, BREACH).story == [("fire", "held", 220)]


def test_a_rule_that_is_deleted_resolves_what_fires() -> None:
    life = Life().judge(0, BREACH)

    state, told = withdrawn(life.rule, SUBJECT, life.state, NOON + 1000)

    assert told == Transition(
        SUBJECT, "level@1", Reason.RULE_CHANGED, None, NOON + 1000, TransitionKind.RESOLVE
    )
    assert state.phase is Phase.INACTIVE


def test_a_rule_that_is_deleted_leaves_nothing_of_what_is_pending() -> None:
    life = Life(PATIENT).judge(0, BREACH)

    assert withdrawn(life.rule, SUBJECT, life.state, NOON + 1000) == (INACTIVE, None)


def test_a_figure_that_gets_worse_is_told_once_a_minute() -> None:
    life = Life().judge(0, BREACH).judge(59.999, WORSE)
    assert len(life.told) == 1

    life.judge(60, WORSE).judge(130, WORSE).judge(190, BREACH)

    assert life.story[1:] == [("update", "breached", 60)]


def test_an_alert_that_fires_again_and_again_flaps() -> None:
    life = Life()
    for second in range(0, 50, 20):
        life.judge(second, BREACH).judge(second + 10, CLEAR)

    assert [one.flapping for one in life.told] == [False] * 4 + [True] * 2


def test_it_is_told_when_an_alert_that_fires_flaps_no_more() -> None:
    life = Life()
    for second in (0, 20, 40):
        life.judge(second, BREACH).judge(second + 10, CLEAR)
    life.judge(60, BREACH)
    steady = due(life.rule, life.state, BREACH)
    assert steady is not None

    life.judge((steady - NOON) / 1000 - 1, BREACH)
    assert life.told[-1].kind is TransitionKind.FIRE

    life.judge((steady - NOON) / 1000, BREACH)
    assert life.told[-1].reason is Reason.STEADY
    assert not life.told[-1].flapping


def test_the_last_changes_of_an_inactive_alert_are_forgotten() -> None:
    life = Life().judge(0, BREACH).judge(10, CLEAR)
    assert life.state != INACTIVE

    forgotten = due(life.rule, life.state, CLEAR)
    assert forgotten is not None
    assert life.judge((forgotten - NOON) / 1000, CLEAR).state == INACTIVE


def test_the_timing_of_a_rule_comes_from_its_definition() -> None:
    body = RuleBody(
        id="level",
        names={"en": "Level"},
        threshold=ThresholdCondition(kpi="service_level", fire_below=0.8),
        pending=120,
        keep_firing_for=60,
        min_breaches=2,
        min_clears=3,
    )

    rule = alert_rule("level@4", body)

    assert (rule.version, rule.hold, rule.keep) == ("level@4", 120_000, 60_000)
    assert (rule.min_breaches, rule.min_clears) == (2, 3)
    assert rule.waits


def test_a_condition_is_another_one_where_its_bounds_are() -> None:
    def of(bound: float, name: str = "Level") -> str:
        return alert_rule(
            "level@1",
            RuleBody(
                id="level",
                names={"en": name},
                threshold=ThresholdCondition(kpi="service_level", fire_below=bound),
            ),
        ).condition

    assert of(0.8) == of(0.8, "Another name")
    assert of(0.8) != of(0.7)


# ------------------------------------------------------------- laws


RULES = st.builds(
    AlertRule,
    st.just("level@1"),
    st.just("c"),
    hold=st.integers(0, 5 * MINUTE),
    keep=st.integers(0, 5 * MINUTE),
    min_breaches=st.integers(1, 4),
    min_clears=st.integers(1, 4),
)


def lived(rule: AlertRule, life: list[tuple[int, Judgement, bool]]) -> Life:
    told = Life(rule)
    second = 0.0
    for gap, judgement, is_open in life:
        second += gap / 1000
        told.judge(second, judgement, is_open=is_open)
    return told


@given(RULES, LIVES)
def test_nothing_changes_while_nothing_is_known(
    rule: AlertRule, life: list[tuple[int, Judgement, bool]]
) -> None:
    known = lived(rule, life)
    before = len(known.told)

    known.judge(100_000, UNKNOWN).judge(200_000, UNKNOWN)

    assert len(known.told) == before


@given(RULES, st.lists(st.tuples(st.integers(1, 3 * MINUTE), st.sampled_from([BREACH, CLEAR]))))
def test_every_transition_names_its_subject_version_and_figure(
    rule: AlertRule, life: list[tuple[int, Judgement]]
) -> None:
    for one in lived(rule, [(gap, judgement, True) for gap, judgement in life]).told:
        assert (one.subject, one.version, one.figure) == (SUBJECT, "level@1", FIGURE)


def test_a_changed_condition_tells_the_figure_that_is_no_breach() -> None:
    life = Life().judge(0, BREACH)
    life.rule = AlertRule("level@2", "other")

    told = life.judge(10, BETWEEN).told[-1]

    assert (told.subject, told.figure) == (SUBJECT, FIGURE)


def test_an_update_names_its_subject_and_is_a_word_about_the_figure() -> None:
    life = Life().judge(0, BREACH).judge(60, WORSE).judge(61, breach(FIGURE, 0.3))

    assert life.told[1:] == [
        Transition(
            SUBJECT, "level@1", Reason.BREACHED, FIGURE, NOON + 60_000, TransitionKind.UPDATE
        )
    ]
    assert life.judge(120, breach(FIGURE, 0.3)).story[2:] == [("update", "breached", 120)]


@given(RULES, LIVES)
def test_fires_and_resolves_take_turns(
    rule: AlertRule, life: list[tuple[int, Judgement, bool]]
) -> None:
    kinds = [one.kind for one in lived(rule, life).told if one.kind != TransitionKind.UPDATE]

    assert kinds == [
        TransitionKind.RESOLVE if number % 2 else TransitionKind.FIRE
        for number in range(len(kinds))
    ]


@given(RULES, st.lists(st.tuples(st.integers(1, MINUTE), st.sampled_from([BREACH, BETWEEN]))))
def test_a_figure_that_never_clears_chatters_never(
    rule: AlertRule, life: list[tuple[int, Judgement]]
) -> None:
    told = lived(rule, [(gap, judgement, True) for gap, judgement in life]).told

    assert len([one for one in told if one.kind is not TransitionKind.UPDATE]) <= 1


@given(RULES, LIVES)
def test_a_restart_changes_nothing(
    rule: AlertRule, life: list[tuple[int, Judgement, bool]]
) -> None:
    known = Life(rule)
    second = 0.0
    for gap, judgement, is_open in life:
        second += gap / 1000
        known.judge(second, judgement, is_open=is_open)
        assert decoded(encoded(known.state)) == known.state
        known.state = decoded(encoded(known.state).decode())

    assert known.told == lived(rule, life).told


@given(RULES, LIVES, st.integers(0, 5 * MINUTE))
def test_a_longer_wait_never_fires_earlier(
    rule: AlertRule, life: list[tuple[int, Judgement, bool]], more: int
) -> None:
    longer = AlertRule(
        rule.version,
        rule.condition,
        rule.hold + more,
        rule.keep,
        rule.min_breaches,
        rule.min_clears,
    )

    first = [one.at for one in lived(rule, life).told]
    later = [one.at for one in lived(longer, life).told]

    assert not later or later[0] >= first[0]


def test_an_inactive_alert_forgets_nothing_while_nothing_is_known() -> None:
    flapped = Inactive(noted(STEADY, fires=True, at=NOON))
    later = NOON + 100 * 60 * MINUTE

    assert due(AT_ONCE, flapped, CLEAR) is not None
    assert due(AT_ONCE, flapped, UNKNOWN) is None
    assert advance(AT_ONCE, SUBJECT, flapped, UNKNOWN, later) == (flapped, None)


@given(RULES, LIVES, st.integers(1, 60 * MINUTE))
def test_nothing_changes_before_it_is_due(
    rule: AlertRule, life: list[tuple[int, Judgement, bool]], ahead: int
) -> None:
    """What is due is known, so nobody needs to look before."""
    known = lived(rule, life)
    last = life[-1][1] if life and life[-1][2] else CLEAR
    known.judge(10_000, last)
    at = NOON + 10_000_000
    until = due(rule, known.state, last)

    state, told = advance(rule, SUBJECT, known.state, last, at + ahead)

    if until is None or at + ahead < until:
        assert (state, told) == (known.state, None)
    else:
        assert (state, told) != (known.state, None)


def test_a_call_of_every_kind_is_known() -> None:
    assert {one.call for one in (BREACH, CLEAR, BETWEEN, UNKNOWN)} == set(Call)


def test_an_inactive_alert_takes_no_room() -> None:
    assert encoded(INACTIVE) == b'{"phase":"inactive"}'
    assert isinstance(decoded('{"phase":"inactive"}'), Inactive)
    assert isinstance(Life().judge(0, BREACH).state, Firing)
    assert Life(PATIENT).judge(0, BREACH).state.phase is Phase.PENDING


def test_what_stands_still_is_due_never() -> None:
    assert due(PATIENT, Life(PATIENT).judge(0, BREACH).judge(1, UNKNOWN).state, UNKNOWN) is None
    assert due(AT_ONCE, Life().judge(0, BREACH).judge(1, UNKNOWN).state, UNKNOWN) is None
