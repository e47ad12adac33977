"""Rules that can fire and steps that can be told are left alone: each of these is nearly one of the
mistakes.
"""

from math import inf

import pytest

from floorpulse.definitions.domain.check import check
from floorpulse.definitions.domain.kpi_ranges import fewest_to_fall_below, fewest_to_rise_above
from floorpulse.kpis.statistics import wilson

AROUND = """
tenant: demo
about:
  - {names: {en: Demo}, calendar: day}
calendars:
  - {id: day, hours: {monday: ["09:00-12:00", "13:00-18:00"]}}
  - {id: night, hours: {monday: ["18:00-24:00"], tuesday: ["00:00-09:00"]}}
sites:
  - {id: hangzhou, names: {en: Hangzhou}}
teams:
  - {id: east, names: {en: East}, site: hangzhou}
queues:
  - {id: orders, names: {en: Orders}, channels: [voice, email], team: east, service_level: mail}
  - {id: lost, names: {en: Lost}, channels: [chat], calendar: night}
  - {id: split, names: {en: Split}, channels: [voice, email], service_level_of: {email: mail}}
service_levels:
  - {id: mail, formula: V2, threshold: 3600}
receivers:
  - {id: zhang, names: {en: Zhang}, screen: true}
rotas:
  - {id: nights, names: {en: Nights}, starts: 2026-01-05, members: [zhang], calendar: night}
escalations:
  - id: ladder
    steps:
      - {targets: [{rota: nights}, {receiver: zhang}], only_during: day, wait: 60}
      - {targets: [{rota: nights}], only_during: night}
rules:
  - {id: any, names: {en: Any}, staleness: {}, escalation: ladder}
"""
SERVICE_LEVEL = "threshold: {{kpi: service_level, window: {}, fire_below: 0.8}}"


def mistakes(rule: str) -> list[str]:
    text = f"{AROUND}  - {{id: tried, names: {{en: Tried}}, {rule}}}\n"
    return [str(one) for one in check({"wrong.yaml": text}).mistakes]


@pytest.mark.parametrize(
    "rule",
    [
        # as long as the longest opening but a second
        "threshold: {kpi: waiting, fire_above: 5}, scope: {queues: [orders]}, for: 17999",
        # of the whole tenant one queue is open for longer
        "threshold: {kpi: waiting, fire_above: 5}, for: 50000",
        "threshold: {kpi: waiting, fire_above: 5}, scope: {queues: [orders]}, min_breaches: 300",
        # queues that nobody defined have the tenant's hours
        "threshold: {kpi: waiting, fire_above: 5}, calendar: day",
        "threshold: {kpi: waiting, fire_above: 5}, scope: {queues: [orders, lost]}, calendar: day",
        # one queue of the scope is of the team
        "threshold: {kpi: waiting, fire_above: 5}, scope: {queues: [orders], teams: [east]}",
        "threshold: {kpi: waiting, fire_above: 5}, scope: {sites: [hangzhou], channels: [email]}",
        # not only mail
        "abandons: {in_a_row: 3}, scope: {queues: [orders]}",
        "abandons: {in_a_row: 3}, scope: {channels: [voice, email]}",
        # another queue's promise is shorter than the window
        "threshold: {kpi: service_level, window: 5m, fire_below: 0.8}",
        "recovery: {}",
        f"{SERVICE_LEVEL.format('today')}, scope: {{queues: [orders]}}",
        f"{SERVICE_LEVEL.format('60m')}, scope: {{queues: [orders]}}",
        f"{SERVICE_LEVEL.format('5m')}, scope: {{channels: [chat]}}",
        "threshold: {kpi: abandoned, window: 5m, fire_above: 8}, scope: {queues: [orders]}",
        # the step of the day tells a receiver, the one of the night the rota
        "threshold: {kpi: waiting, fire_above: 5}, calendar: night, escalation: ladder",
        # hysteresis, the other way round too
        "threshold: {kpi: agents_gap, fire_below: -2, clear_above: 0}",
        "threshold: {kpi: agents_gap, window: 30m, fire_above: 3, clear_below: 1}",
        "threshold: {kpi: forecast_variance, window: 60m, fire_above: 0.3, clear_below: -0.1}",
        "threshold: {kpi: nps, window: today, fire_below: -20, min_volume: 30}",
        "threshold: {kpi: aht, fire_above: 600, clear_below: 540, min_volume: 20}",
        "threshold: {kpi: sla_attainment, window: today, fire_above: 1.1}",
        "threshold: {kpi: service_level, fire_below: 0.05, min_volume: 73}",
        "threshold: {kpi: abandonment_rate, fire_above: 0.9, min_volume: 35}",
        "threshold: {kpi: 'agents:available', fire_below: 1}, scope: {queues: [orders]}",
        "threshold: {kpi: service_level, fire_below: 1}",
        "threshold: {kpi: service_level, fire_below: 0.8, clear_above: 1}",
        "threshold: {kpi: longest_wait, fire_above: 0}, scope: {queues: [orders]}",
        "threshold: {kpi: waiting, fire_above: 5, clear_below: 0}",
        # of several policies one is quick enough to be late
        f"{SERVICE_LEVEL.format('5m')}, scope: {{queues: [orders, lost]}}",
        f"{SERVICE_LEVEL.format('5m')}, scope: {{queues: [lost, orders]}}",
        f"{SERVICE_LEVEL.format('5m')}, scope: {{queues: [split], channels: [voice]}}",
        f"{SERVICE_LEVEL.format('5m')}, scope: {{queues: [split]}}",
        "streak: {kpi: csat, fire_below: 0.8, min_volume: 30}",
        "spike: {kpi: 'complaints:critical', times: 3}",
        "concentration: {by: agent, share: 0.99, min_volume: 2}",
        "recovery: {when: lost}, for: 1799",
        "recovery: {when: at_risk}, for: 3600, scope: {queues: [lost]}",
    ],
)
def test_a_rule_that_can_fire_is_no_mistake(rule: str) -> None:
    assert mistakes(rule) == []


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ("threshold: {kpi: waiting, fire_above: 5}, scope: {queues: [lost]}, calendar: day", "cal"),
        (
            "threshold: {kpi: waiting, fire_above: 5}, scope: {queues: [orders]}, for: 18000",
            "for",
        ),
        ("staleness: {}, scope: {teams: [east]}, min_breaches: 301", "min_breaches"),
        (f"{SERVICE_LEVEL.format('30m')}, scope: {{queues: [orders]}}", "threshold.window"),
        ("abandons: {in_a_row: 3}, scope: {channels: [email]}", "abandons"),
        ("abandons: {in_a_row: 3}, scope: {queues: [orders], channels: [email]}", "abandons"),
        (
            f"{SERVICE_LEVEL.format('5m')}, scope: {{queues: [split], channels: [email]}}",
            "threshold.window",
        ),
        ("recovery: {}, scope: {queues: [orders]}", "recovery"),
    ],
)
def test_a_rule_that_cannot_fire_is_one(rule: str, field: str) -> None:
    [mistake] = mistakes(rule)

    assert f" rules[tried].{field}" in mistake


def test_a_rule_of_the_whole_tenant_is_checked_as_quickly_for_two_hundred_queues() -> None:
    lines = "".join(
        f"  - {{id: line-{n}, names: {{en: Line}}, channels: [voice]}}\n" for n in range(200)
    )
    text = AROUND.replace("service_levels:\n", f"{lines}service_levels:\n")

    assert check({"right.yaml": text}).mistakes == ()


def test_queues_that_nobody_defined_have_the_default_policy() -> None:
    text = """
tenant: demo
queues:
  - {id: post, names: {en: Mail}, channels: [email], service_level: mail}
service_levels:
  - {id: mail, formula: V2, threshold: 3600}
rules:
  - {id: lost, names: {en: Lost}, recovery: {when: lost}}
"""

    assert not check({"demo.yaml": text}).mistakes


def test_alerts_from_outside_can_use_every_step_of_the_tenants_policy() -> None:
    text = AROUND.replace(", calendar: day}", ", calendar: day, escalation: ladder}").replace(
        "staleness: {}, escalation: ladder", "staleness: {}, calendar: day"
    )

    assert not check({"demo.yaml": text}).mistakes


@pytest.mark.parametrize("bound", [0.01, 0.05, 0.2, 0.5, 0.8, 0.99, 1.0])
def test_the_fewest_contacts_are_those_whose_interval_can_lie_below(bound: float) -> None:
    fewest = fewest_to_fall_below(bound)

    assert wilson(0, fewest)[1] < bound
    assert fewest == 1 or wilson(0, fewest - 1)[1] >= bound


@pytest.mark.parametrize("bound", [0.0, 0.05, 0.5, 0.8, 0.9, 0.99])
def test_the_fewest_contacts_are_those_whose_interval_can_lie_above(bound: float) -> None:
    fewest = int(fewest_to_rise_above(bound))

    assert wilson(fewest, fewest)[0] > bound
    assert fewest == 1 or wilson(fewest - 1, fewest - 1)[0] <= bound


def test_no_number_of_contacts_lies_above_all_of_them() -> None:
    assert fewest_to_rise_above(1.0) == inf
