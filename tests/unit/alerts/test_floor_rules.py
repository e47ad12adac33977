"""Rules on a floor: what is read, when it is looked at again, and that it is what the API tells."""

from typing import Any

import pytest

from floorpulse.alerts.domain.judgement import Call
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.rules.watched import watched_rules
from floorpulse.contracts.agents import Entered
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.in_force import InForce, Version
from floorpulse.definitions.domain.rule_terms import (
    RuleBody,
    SpikeCondition,
    StalenessCondition,
    StreakCondition,
    ThresholdCondition,
)
from floorpulse.kpis.plan import Slot
from tests.fakes.definitions import definitions
from tests.fakes.floor import MINUTE, abandoned, answered, waiting
from tests.fakes.ruled import ABOUT, RuledFloor
from tests.fakes.world import NOW, World, busy_world

NAMES = "names: {en: Rule}"
LEVEL = f"""
rules:
  - {{id: level, {NAMES}, threshold: {{kpi: service_level, window: 15m, fire_below: 0.8}}}}
"""
WAITS = f"""
rules:
  - {{id: wait, {NAMES}, threshold: {{kpi: longest_wait, fire_above: 60, clear_below: 30}}}}
"""


def a_world(*visits: object) -> World:
    """A floor that is known for a day."""
    world = World()
    world.floor.put(answered(NOW - 20 * 60 * MINUTE, 1), *visits)  # type: ignore[arg-type]
    world.tell()
    return world


def late(number: int, of: int) -> list[object]:
    """So many answered late, of so many."""
    return [answered(NOW - 5 * MINUTE + one, 90 if one < number else 1) for one in range(of)]


def test_a_ratio_below_its_bound_fires_for_its_queue() -> None:
    floor = RuledFloor(a_world(*late(8, 20)), LEVEL)

    floor.evaluate()

    assert floor.story == [("level", "sales", "fire", "breached")]
    figure = floor.told[0].figure
    assert figure is not None
    assert (figure.numerator, figure.denominator, figure.value) == (12, 20, 0.6)
    assert (figure.window, figure.bound, figure.definition) == ("15m", 0.8, "default@1")


def test_what_did_not_change_is_not_looked_at() -> None:
    floor = RuledFloor(a_world(*late(8, 20)), LEVEL)
    floor.evaluate()
    floor.after(1)
    assert floor.looked == []

    floor.world.floor.put(answered(NOW - MINUTE, 1))
    floor.after(1)
    assert [one.queue for one in floor.looked] == ["sales"]


def test_a_window_that_turned_is_looked_at() -> None:
    floor = RuledFloor(a_world(*late(8, 20)), LEVEL)
    floor.evaluate()  # 12:07:20
    floor.after(39.999)
    assert floor.looked == []

    floor.after(0.001)
    assert len(floor.looked) == 1


def test_a_wait_is_looked_at_when_it_passes_the_bound() -> None:
    floor = RuledFloor(a_world(waiting(NOW - 30_000)), WAITS)
    floor.evaluate()
    assert floor.of("wait").call is Call.CLEAR

    floor.after(0.001)
    assert floor.of("wait").call is Call.BETWEEN
    floor.after(29.999)
    assert floor.looked == []
    floor.after(0.001)
    assert floor.story == [("wait", "sales", "fire", "breached")]


def test_a_wait_that_grows_is_told_once_a_minute() -> None:
    floor = RuledFloor(a_world(waiting(NOW - 61_000)), WAITS)
    floor.evaluate()
    floor.after(59.999)
    assert len(floor.told) == 1

    floor.after(0.001)
    assert floor.told[-1].kind == "update"
    assert floor.told[-1].figure is not None
    assert floor.told[-1].figure.value == 121


def test_a_contact_that_waits_beyond_the_threshold_counts_when_it_does() -> None:
    floor = RuledFloor(a_world(*[waiting(NOW - 10_000) for _ in range(10)]), LEVEL)
    floor.evaluate()
    assert floor.of("level").reason is Reason.UNDEFINED

    floor.after(10)
    assert floor.looked == []
    floor.after(0.001)
    assert floor.story == [("level", "sales", "fire", "breached")]


# ------------------------------------------------------------- who is watched


def test_a_scope_names_queues() -> None:
    queues = "queues: [{id: help, names: {en: Help}, channels: [voice]}]"
    scoped = LEVEL.replace("id: level,", "id: level, scope: {queues: [help]},")
    floor = RuledFloor(busy_world(), queues + scoped)

    floor.evaluate()

    assert [one.queue for one in floor.looked] == ["help"]


def test_the_sum_of_a_clients_queues_is_watched_without_those_of_others() -> None:
    text = f"""
clients:
  - {{id: acme, names: {{en: Acme}}}}
queues:
  - {{id: sales, names: {{en: Sales}}, channels: [voice], client: acme}}
  - {{id: vip, names: {{en: VIP}}, channels: [voice], client: acme}}
  - {{id: help, names: {{en: Help}}, channels: [voice]}}
rules:
  - {{id: level, {NAMES}, scope: {{clients: [acme], total: true}},
     threshold: {{kpi: service_level, window: 15m, fire_below: 0.8}}}}
"""
    came = (answered(NOW - MINUTE, 1, queue=queue) for queue in ("sales", "vip", "vip", "help"))
    floor = RuledFloor(a_world(*came), text)

    floor.evaluate()

    assert [(one.queue, one.channel) for one in floor.looked] == [("", "")]
    assert floor.of("level", "").figure is not None
    assert floor.of("level", "").figure.denominator == 3  # type: ignore[union-attr]


def test_a_scope_may_be_the_sum_of_its_queues() -> None:
    total = LEVEL.replace("id: level,", "id: level, scope: {total: true},")
    floor = RuledFloor(busy_world(), total)

    floor.evaluate()

    assert [(one.queue, one.channel) for one in floor.looked] == [("", "")]


@pytest.mark.parametrize("grouping", ["team", "client"])
def test_a_scope_names_teams_clients_and_channels(grouping: str) -> None:
    text = f"""
{grouping}s:
  - {{id: east, names: {{en: East}}}}
queues:
  - {{id: sales, names: {{en: Sales}}, channels: [voice, chat], {grouping}: east}}
  - {{id: help, names: {{en: Help}}, channels: [voice]}}
rules:
  - {{id: level, {NAMES}, scope: {{{grouping}s: [east], channels: [voice]}},
     threshold: {{kpi: service_level, window: 15m, fire_below: 0.8}}}}
"""
    world = a_world(
        answered(NOW - MINUTE, 1, queue="help"),
        answered(NOW - MINUTE, 90, channel="chat"),
        answered(NOW - MINUTE, 1),
    )
    floor = RuledFloor(world, text)

    floor.evaluate()

    assert [(one.queue, one.channel) for one in floor.looked] == [("sales", "voice")]
    assert floor.of("level").figure is not None
    assert floor.of("level").figure.denominator == 1  # type: ignore[union-attr]


def test_a_queue_that_comes_to_the_floor_is_watched() -> None:
    floor = RuledFloor(a_world(), LEVEL)
    floor.evaluate()
    floor.world.floor.put(answered(NOW - MINUTE, 1, queue="new"))
    floor.world.tell()

    floor.after(1)

    assert {one.queue for one in floor.looked} == {"sales", "new"}


def test_a_rule_that_is_deleted_resolves_its_alerts() -> None:
    floor = RuledFloor(a_world(*late(8, 20)), LEVEL)
    floor.evaluate()
    floor.world.definitions = definitions(ABOUT)

    floor.after(1)

    assert floor.story[1:] == [("level", "sales", "resolve", "rule_changed")]


def test_a_bound_that_is_changed_is_judged_at_once() -> None:
    floor = RuledFloor(a_world(*late(8, 20)), LEVEL)
    floor.evaluate()
    floor.world.definitions = definitions(ABOUT + LEVEL, ABOUT + LEVEL.replace("0.8", "0.5"))

    floor.after(1)

    assert floor.story[1:] == [("level", "sales", "resolve", "rule_changed")]
    assert [one.version for one in floor.told] == ["level@1", "level@2"]


# ------------------------------------------------------------- what is not known


def test_nothing_fires_on_a_floor_that_was_not_known_when_the_window_began() -> None:
    world = World()
    world.floor.put(*late(8, 20))  # type: ignore[arg-type]
    world.tell()
    floor = RuledFloor(world, LEVEL)

    floor.evaluate()
    assert floor.of("level").reason is Reason.NOT_FILLED

    # 12:02:20, panes from 11:52 on at 12:17
    floor.after(10 * MINUTE / 1000 - 20.001)
    assert not floor.story
    floor.after(0.001)
    assert floor.story == [("level", "sales", "fire", "breached")]


def test_an_hour_of_today_is_enough() -> None:
    today = LEVEL.replace("15m", "today")
    world = World()
    world.floor.put(answered(NOW - 61 * MINUTE, 1), *late(8, 20))  # type: ignore[arg-type]
    world.tell()
    floor = RuledFloor(world, today)

    floor.evaluate()

    assert floor.of("level").call is Call.BREACH


def test_stale_figures_freeze_alerts_and_staleness_fires() -> None:
    stale = LEVEL + f"  - {{id: old, {NAMES}, staleness: {{}}}}\n"
    floor = RuledFloor(a_world(*late(8, 20)), stale)
    floor.evaluate()
    assert floor.of("old").call is Call.CLEAR

    floor.without_news(10.001)
    assert floor.of("level").reason is Reason.STALE
    assert floor.story[1:] == [("old", "sales", "fire", "breached")]
    assert floor.told[-1].figure is not None
    assert floor.told[-1].figure.value == pytest.approx(10.001)

    floor.world.floor.put(*[answered(NOW - MINUTE, 1) for _ in range(200)])
    floor.after(0.25)
    assert floor.story[2:] == [
        ("level", "sales", "resolve", "cleared"),
        ("old", "sales", "resolve", "cleared"),
    ]


def test_staleness_gets_worse_by_the_minute() -> None:
    floor = RuledFloor(a_world(), f"rules:\n  - {{id: old, {NAMES}, staleness: {{}}}}\n")
    floor.without_news(20)
    floor.without_news(59)
    assert len(floor.told) == 1

    floor.without_news(1)
    assert floor.told[-1].kind == "update"


# ------------------------------------------------------------- hours


HOURS = """
calendars:
  - {id: day, hours: {wednesday: ["09:00-12:10"]}}
queues:
  - {id: sales, names: {en: Sales}, channels: [voice], calendar: day}
"""


def test_closing_hours_resolve_and_opening_hours_judge_anew() -> None:
    floor = RuledFloor(
        a_world(*late(8, 20)), HOURS + LEVEL.replace("id: level,", "id: level, calendar: day,")
    )
    floor.evaluate()
    assert floor.story == [("level", "sales", "fire", "breached")]

    floor.after(159.999)
    assert len(floor.story) == 1
    floor.after(0.001)
    assert floor.story[1:] == [("level", "sales", "resolve", "closed")]
    floor.after(60)
    assert len(floor.story) == 2


def test_agents_who_were_missing_before_the_hours_are_so_when_they_begin() -> None:
    free = "calendar: day, threshold: {kpi: 'agents:available', fire_below: 1}"
    hours = HOURS.replace("09:00-12:10", "12:10-18:00")
    world = a_world()
    world.floor.enter("ann", Entered(NOW - MINUTE, "busy", ("sales",), "", "", ""))
    world.tell()
    rules = f"{hours}rules:\n  - {{id: free, {NAMES}, {free}}}\n"
    floor = RuledFloor(world, rules, heard=False)
    floor.evaluate()
    assert floor.after(159).judged == 0
    assert floor.story == []

    floor.after(1)
    assert floor.story == [("free", "sales", "fire", "breached")]


# ------------------------------------------------------------- other conditions


ABANDONS = f"rules:\n  - {{id: lost, {NAMES}, abandons: {{in_a_row: 3}}}}\n"


def test_three_in_a_row_gave_up() -> None:
    floor = RuledFloor(
        a_world(
            answered(NOW - 9 * MINUTE, 1),
            abandoned(NOW - 9 * MINUTE + 1, 5),
            *[abandoned(NOW - ago * MINUTE, 5) for ago in (7, 5)],
        ),
        ABANDONS,
    )
    floor.evaluate()
    assert floor.of("lost").call is Call.CLEAR
    assert floor.of("lost").figure is not None
    assert floor.of("lost").figure.value == 2  # type: ignore[union-attr]

    floor.world.floor.put(abandoned(NOW - MINUTE, 5))
    floor.after(1)
    assert floor.story == [("lost", "sales", "fire", "breached")]
    assert floor.told[0].figure is not None
    assert floor.told[0].figure.begin == "2026-11-11T12:00:00+00:00"

    floor.world.floor.put(answered(NOW, 1))
    floor.after(1)
    assert floor.story[1:] == [("lost", "sales", "resolve", "cleared")]


def test_a_row_is_counted_again_only_where_it_may_have_become_long_enough() -> None:
    floor = RuledFloor(a_world(answered(NOW - 9 * MINUTE, 1)), ABANDONS, heard=False)
    assert floor.evaluate().judged == 1

    for ago in (3, 2):
        floor.world.floor.put(abandoned(NOW - ago * MINUTE, 5))
        assert floor.after(1).judged == 0
    floor.world.floor.put(abandoned(NOW - MINUTE, 5))
    assert floor.after(1).judged == 1
    assert floor.story == [("lost", "sales", "fire", "breached")]


def test_a_row_is_counted_again_in_another_minute_and_where_a_contact_is_corrected() -> None:
    floor = RuledFloor(a_world(answered(NOW - 9 * MINUTE, 1)), ABANDONS, heard=False)
    floor.evaluate()

    assert floor.after(39).judged == 0
    assert floor.after(1).judged == 1  # 12:08
    [contact] = [name for _, name in floor.world.floor.visits_of if name][-1:]
    floor.world.floor.change(contact, abandoned(NOW - 9 * MINUTE, 5), "demo")
    assert floor.after(1).judged == 1


def test_a_row_rests_for_the_minute_in_which_a_contact_was_answered() -> None:
    floor = RuledFloor(a_world(answered(NOW, 1)), ABANDONS, heard=False)
    floor.evaluate()

    floor.world.floor.put(*[abandoned(NOW + one, 0) for one in range(1, 4)])
    assert floor.after(1).judged == 0
    [contact] = [name for _, name in floor.world.floor.visits_of if name][1:2]
    floor.world.floor.change(contact, abandoned(NOW, 1), "demo")
    assert floor.after(1).judged == 1
    assert floor.story == [("lost", "sales", "fire", "breached")]


def test_a_row_goes_on_in_the_minute_behind_that_of_an_answered_contact() -> None:
    floor = RuledFloor(a_world(answered(NOW, 1)), ABANDONS, heard=False)
    floor.evaluate()
    ahead = NOW - NOW % MINUTE + MINUTE
    floor.world.floor.put(*[abandoned(ahead + one, 0) for one in range(3)])  # a clock is ahead
    assert floor.after(1).judged == 0

    floor.after((ahead - floor.world.now) / 1000)
    assert floor.story == [("lost", "sales", "fire", "breached")]


def test_who_gave_up_four_hours_ago_counts_no_more() -> None:
    floor = RuledFloor(a_world(*[abandoned(NOW - 239 * MINUTE, 5) for _ in range(3)]), ABANDONS)
    floor.evaluate()
    assert floor.of("lost").call is Call.BREACH

    floor.world.now += 3 * MINUTE
    floor.world.tell()
    floor.evaluate()
    assert floor.story[1:] == [("lost", "sales", "resolve", "cleared")]


RECOVERY = f"""
rules:
  - {{id: risk, {NAMES}, recovery: {{when: at_risk}}}}
  - {{id: gone, {NAMES}, recovery: {{when: lost}}}}
"""
HALF = NOW - NOW % (30 * MINUTE)


def forecast(world: World, *slots: Slot) -> None:
    world.forecasts.current = {"demo": slots}


def test_a_half_hour_is_at_risk_with_too_few_agents() -> None:
    # 12:00 to 12:30, at 12:07:20: 40 came of 44 that were forecast, 30 in time; 136 are to come
    world = a_world(
        *[answered(HALF + 10_000 * one, 1 if one < 30 else 90, 170) for one in range(40)],
        *[answered(HALF - MINUTE * one, 1, 170) for one in range(1, 40)],
    )
    forecast(world, Slot("sales", "", HALF, HALF + 30 * MINUTE, 180, 170.0))
    world.floor.enter("ann", *[Entered(NOW - MINUTE, "busy", ("sales",), "", "east", "hangzhou")])
    for number in range(9):
        world.floor.enter(
            f"agent{number}", Entered(NOW - MINUTE, "busy", ("sales",), "", "east", "hangzhou")
        )
    world.tell()
    floor = RuledFloor(world, RECOVERY)

    floor.evaluate()

    assert floor.story == [("risk", "sales", "fire", "breached")]
    figure = floor.told[0].figure
    assert figure is not None
    assert (figure.numerator, figure.denominator, figure.bound) == (30, 40, 0.8)
    assert (figure.begin, figure.end) == ("2026-11-11T12:00:00+00:00", "2026-11-11T12:30:00+00:00")
    assert figure.details["agents"] == 10
    assert figure.details["agents_missing"] == figure.details["agents_required"] - 10
    assert figure.details["agents_missing"] > 3


def test_without_a_forecast_recovery_is_not_known() -> None:
    floor = RuledFloor(a_world(*late(8, 20)), RECOVERY)

    floor.evaluate()

    assert floor.of("risk").call is Call.UNKNOWN
    looked = []
    for _ in range(10):
        floor.after(1)
        looked += floor.looked
    assert len(looked) == 2, "each once in ten seconds, at an instant of its own"


def test_planned_agents_stand_in_for_those_who_tell_no_states() -> None:
    world = a_world(
        *[answered(HALF + 10_000 * one, 1 if one < 30 else 90, 170) for one in range(40)]
    )
    forecast(world, Slot("sales", "", HALF, HALF + 30 * MINUTE, 180, 170.0, staffed=12))
    floor = RuledFloor(world, RECOVERY)

    floor.evaluate()

    assert floor.of("risk").figure is not None
    assert floor.of("risk").figure.details["agents"] == 12  # type: ignore[union-attr]


def test_agents_are_looked_at_when_they_change() -> None:
    free = "threshold: {kpi: 'agents:available', fire_below: 1}"
    nobody = f"rules:\n  - {{id: free, {NAMES}, {free}}}\n"
    world = a_world()
    world.floor.enter("ann", Entered(NOW - MINUTE, "available", ("sales",), "", "east", "hangzhou"))
    world.tell()
    floor = RuledFloor(world, nobody)
    floor.evaluate()
    assert floor.of("free").call is Call.CLEAR

    world.floor.enter("ann", Entered(NOW, "busy", ("sales",), "", "east", "hangzhou"))
    world.tell()
    floor.after(1)
    assert floor.story == [("free", "sales", "fire", "breached")]


def test_agents_who_stayed_are_not_judged_again() -> None:
    free = "threshold: {kpi: 'agents:available', fire_below: 1}"
    world = a_world()
    world.floor.enter("ann", Entered(NOW - MINUTE, "available", ("sales",), "", "", ""))
    world.tell()
    floor = RuledFloor(world, f"rules:\n  - {{id: free, {NAMES}, {free}}}\n", heard=False)
    assert floor.evaluate().judged == 1

    world.floor.put(waiting(NOW))
    world.floor.enter("bob", Entered(NOW, "busy", ("help",), "", "", ""))
    assert floor.after(1).judged == 0
    world.floor.enter("ann", Entered(NOW, "busy", ("sales",), "", "", ""))
    assert floor.after(1).judged == 1
    assert floor.after(1).judged == 0  # fires until somebody changes
    assert floor.story == [("free", "sales", "fire", "breached")]


def test_a_longest_wait_within_its_bound_is_not_judged() -> None:
    floor = RuledFloor(a_world(waiting(NOW - 30_000)), WAITS, heard=False)
    assert floor.evaluate().judged == 0
    floor.world.floor.put(waiting(NOW - 20_000))
    assert floor.after(1).judged == 0

    assert floor.after(29.001).judged == 1
    assert floor.story == [("wait", "sales", "fire", "breached")]


def test_a_contact_that_is_late_makes_no_look_where_figures_have_room() -> None:
    floor = RuledFloor(a_world(*late(0, 40), waiting(NOW - 10_000)), LEVEL, heard=False)
    assert floor.evaluate().judged == 1
    [until] = floor.rules._attention._until.values()

    assert until == NOW - NOW % MINUTE + MINUTE


def test_a_contact_that_is_late_makes_a_look_where_they_have_none() -> None:
    floor = RuledFloor(a_world(*[waiting(NOW - 10_000) for _ in range(10)]), LEVEL, heard=False)
    floor.evaluate()

    assert floor.after(10).judged == 0
    assert floor.after(0.001).judged == 1
    assert floor.story == [("level", "sales", "fire", "breached")]


def test_what_a_clock_that_is_ahead_told_of_a_minute_counts_when_it_begins() -> None:
    floor = RuledFloor(a_world(*late(0, 12)), LEVEL.replace("15m", "today"), heard=False)
    floor.evaluate()
    ahead = NOW - NOW % MINUTE + MINUTE
    floor.world.floor.put(*[abandoned(ahead + one, 30) for one in range(30)], answered(NOW, 1))
    floor.after(1)
    assert floor.story == []

    floor.after((ahead - floor.world.now) / 1000)
    assert floor.story == [("level", "sales", "fire", "breached")]


def test_a_window_that_lost_what_was_good_is_judged_when_it_turns() -> None:
    good = [answered(NOW - NOW % MINUTE - 15 * MINUTE + one, 1) for one in range(40)]
    bad = [answered(NOW - 5 * MINUTE + one, 90) for one in range(12)]
    floor = RuledFloor(a_world(*good, *bad), LEVEL.replace("0.8", "0.6"), heard=False)
    floor.evaluate()
    assert floor.story == []

    floor.after(40)
    assert floor.story == [("level", "sales", "fire", "breached")]


@pytest.mark.parametrize(
    "condition",
    [
        {"threshold": ThresholdCondition(kpi="kpi_of_tomorrow", fire_above=1)},
        {"spike": SpikeCondition(kpi="kpi_of_tomorrow")},
        {"streak": StreakCondition(kpi="kpi_of_tomorrow", fire_above=1)},
    ],
)
def test_a_rule_about_a_kpi_of_a_newer_version_is_left_out(condition: dict[str, Any]) -> None:
    body = RuleBody(id="new", names={"en": "New"}, **condition)
    known = RuleBody(id="old", names={"en": "Old"}, staleness=StalenessCondition())
    versions = {one.id: Version("demo", Kind.RULE, one.id, 1, one) for one in (body, known)}

    assert [one.id for one in watched_rules(InForce({Kind.RULE: versions}))] == ["old"]
