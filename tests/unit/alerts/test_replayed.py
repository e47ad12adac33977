"""What a rule would have made of one subject, judgement by judgement."""

from floorpulse.alerts.domain.alert import advance
from floorpulse.alerts.domain.alert_rule import AlertRule
from floorpulse.alerts.domain.alert_states import INACTIVE, AlertState
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.judgement import Judgement, between, breach, clear, unknown
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.replayed import ReplayedAlert, ShownAs, Stretch, lasted

MINUTE = 60_000
SUBJECT = Subject("demo", "slow", "orders")
RULE = AlertRule("slow@1", "waits", hold=2 * MINUTE)
AT_ONCE = AlertRule("slow@1", "waits")

GOOD = clear(Figure("longest_wait", 10.0))


def bad(wait: float) -> Judgement:
    return breach(Figure("longest_wait", wait), wait)


class Replay:
    """Lets an alert advance and follows it."""

    def __init__(self, rule: AlertRule = RULE) -> None:
        self.alert = ReplayedAlert(SUBJECT, 0)
        self._rule = rule
        self._state: AlertState = INACTIVE

    def look(self, minute: int, judgement: Judgement, *, is_open: bool = True) -> None:
        at = minute * MINUTE
        self._state, transition = advance(
            self._rule, SUBJECT, self._state, judgement, at, is_open=is_open
        )
        self.alert.reach(at)
        if transition is not None:
            self.alert.told(transition)
        self.alert.look(judgement, self._state, is_open=is_open)


def watched(*looks: tuple[int, Judgement], rule: AlertRule = RULE, end: int = 10) -> ReplayedAlert:
    """Judged at those minutes, all of them open, up to the minute `end`."""
    replay = Replay(rule)
    for minute, judgement in looks:
        replay.look(minute, judgement)
    replay.alert.reach(end * MINUTE)
    return replay.alert


def shown(alert: ReplayedAlert) -> list[tuple[int, int, ShownAs]]:
    return [(begin // MINUTE, end // MINUTE, shown_as) for begin, end, shown_as in alert.stretches]


def test_it_fires_once_the_breach_has_lasted_and_resolves_once_it_is_clear() -> None:
    #            0 clear   1 pending     3 firing     6 clear
    alert = watched((0, GOOD), (1, bad(70)), (2, bad(80)), (3, bad(90)), (6, GOOD))

    [firing] = alert.firings
    assert (firing.fired_at, firing.reason) == (3 * MINUTE, Reason.HELD)
    assert (firing.resolved_at, firing.resolved_by) == (6 * MINUTE, Reason.CLEARED)
    assert firing.figure == Figure("longest_wait", 90.0)
    assert firing.last == GOOD.figure
    assert shown(alert) == [
        (0, 1, ShownAs.QUIET),
        (1, 3, ShownAs.PENDING),
        (3, 6, ShownAs.FIRING),
        (6, 10, ShownAs.QUIET),
    ]
    assert alert.kept_by == {Reason.CLEARED: 5 * MINUTE, Reason.BREACHED: 2 * MINUTE}


def test_the_worst_figure_is_kept_though_nobody_is_told_of_it() -> None:
    alert = watched((0, bad(70)), (1, bad(95)), (2, bad(80)), rule=AT_ONCE)

    [firing] = alert.firings
    assert firing.figure == Figure("longest_wait", 70.0)
    assert firing.worst == Figure("longest_wait", 95.0)
    assert firing.resolved_at is None
    assert lasted(alert.firings, 10 * MINUTE) == 10 * MINUTE


def test_a_figure_that_gets_worse_and_worse_is_told_and_stays_one_firing() -> None:
    alert = watched((0, bad(70)), (1, bad(71)), (2, bad(72)), rule=AT_ONCE)

    assert [one.worst for one in alert.firings] == [Figure("longest_wait", 72.0)]


def test_the_worst_figure_of_one_firing_is_not_that_of_another() -> None:
    alert = watched((0, bad(95)), (1, GOOD), (2, bad(70)), rule=AT_ONCE)

    assert [one.worst and one.worst.value for one in alert.firings] == [95.0, 70.0]


def test_a_breach_that_was_over_too_soon_is_counted() -> None:
    alert = watched((0, bad(70)), (1, GOOD), (2, bad(70)), (3, GOOD))

    assert alert.firings == []
    assert alert.not_held == 2


def test_what_kept_it_from_firing_is_told_by_reason() -> None:
    few = between(Reason.TOO_FEW, Figure("service_level", 0.5))
    alert = watched((0, few), (2, unknown(Reason.STALE)), (5, GOOD))

    assert alert.kept_by == {
        Reason.TOO_FEW: 2 * MINUTE,
        Reason.STALE: 3 * MINUTE,
        Reason.CLEARED: 5 * MINUTE,
    }
    assert shown(alert)[1] == (2, 5, ShownAs.UNKNOWN)


def test_closing_hours_resolve_and_stand_in_the_timeline() -> None:
    replay = Replay(AT_ONCE)
    replay.look(0, bad(70))
    replay.look(1, bad(70), is_open=False)
    replay.alert.reach(2 * MINUTE)

    alert = replay.alert
    assert alert.firings[0].resolved_by is Reason.CLOSED
    assert alert.kept_by == {Reason.CLOSED: MINUTE}
    assert alert.stretches == [
        Stretch(0, MINUTE, ShownAs.FIRING),
        Stretch(MINUTE, 2 * MINUTE, ShownAs.CLOSED),
    ]


def test_a_breach_that_closing_hours_end_is_not_counted_as_too_short() -> None:
    replay = Replay()
    replay.look(0, bad(70))
    replay.look(1, bad(70), is_open=False)

    assert replay.alert.not_held == 0


def test_before_the_first_look_there_is_nothing_to_show() -> None:
    alert = ReplayedAlert(SUBJECT, 0)
    alert.reach(5 * MINUTE)

    assert alert.stretches == []
    assert lasted(alert.firings, 5 * MINUTE) == 0
