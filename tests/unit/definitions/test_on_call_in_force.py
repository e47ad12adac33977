"""What the alerts service asks of definitions: which rules hold, for whom, when, who is told."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from floorpulse.definitions.domain.on_call_in_force import OnCallInForce
from floorpulse.definitions.domain.rule_terms import RuleScope
from tests.fakes.definitions import definitions

FLOOR = """
tenant: demo
about:
  - {names: {en: Demo}, zone: Asia/Shanghai, calendar: day, escalation: everybody}
calendars:
  - {id: day, hours: {monday: ["09:00-18:00"]}}
  - {id: evening, hours: {monday: ["12:00-22:00"]}}
  - {id: noon, hours: {monday: ["12:00-13:00"]}}
sites:
  - {id: hangzhou, names: {en: Hangzhou}}
teams:
  - {id: east, names: {en: East}, site: hangzhou}
  - {id: west, names: {en: West}}
clients:
  - {id: acme, names: {en: Acme}}
queues:
  - {id: orders, names: {en: Orders}, channels: [voice], team: east, client: acme}
  - {id: returns, names: {en: Returns}, channels: [voice], team: west, calendar: evening}
rules:
  - {id: slow, names: {en: Slow}, threshold: {kpi: longest_wait, fire_above: 60}}
  - id: slow
    names: {en: Slow}
    valid_from: 2026-06-01
    threshold: {kpi: longest_wait, fire_above: 90}
  - id: noon
    names: {en: Noon}
    threshold: {kpi: waiting, fire_above: 9}
    calendar: noon
    escalation: zhang-first
escalations:
  - {id: everybody, steps: [{targets: [{rota: floor}]}]}
  - {id: zhang-first, steps: [{targets: [{receiver: zhang}]}, {targets: [{rota: floor}]}]}
rotas:
  - {id: floor, names: {en: Floor}, starts: 2026-01-05, members: [zhang, li]}
receivers:
  - {id: zhang, names: {en: Zhang}, screen: true, user: zhang-san}
  - {id: li, names: {en: Li}, screen: true}
"""


def at(day: str) -> OnCallInForce:
    moment = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    return OnCallInForce(definitions(FLOOR).at("demo", round(moment.timestamp() * 1000)))


def test_rules_rotas_and_receivers_are_known_by_id_with_their_versions() -> None:
    on_call = at("2026-01-05")

    assert {name: one.name for name, one in on_call.rules.items()} == {
        "slow": "slow@1",
        "noon": "noon@1",
    }
    assert on_call.rotas["floor"].body.members == ["zhang", "li"]
    assert on_call.receivers["li"].name == "li@1"


def test_a_rule_changes_on_the_day_its_next_version_is_valid_from() -> None:
    before = at("2026-05-31T23:59:59").rules["slow"]
    after = at("2026-06-01").rules["slow"]

    assert (before.name, after.name) == ("slow@1", "slow@2")


def test_a_rule_that_names_nobody_tells_whom_the_tenant_names() -> None:
    on_call = at("2026-01-05")
    told = {name: on_call.escalation(rule.body) for name, rule in on_call.rules.items()}

    assert {name: one and one.name for name, one in told.items()} == {
        "slow": "everybody@1",
        "noon": "zhang-first@1",
    }


def test_where_nothing_is_defined_nobody_is_told_and_nothing_is_closed() -> None:
    on_call = OnCallInForce(definitions().at("demo", 0))
    rule = at("2026-01-05").rules["slow"].body

    assert on_call.escalation(rule) is None
    assert on_call.calendar(rule, "orders") is None
    assert on_call.acting_as("zhang-san") is None


@pytest.mark.parametrize(
    ("rule", "queue", "opens"),
    [("slow", "orders", 9), ("slow", "returns", 12), ("slow", "", 9), ("noon", "returns", 12)],
)
def test_a_rule_holds_in_its_own_hours_else_the_queues_else_the_tenants(
    rule: str, queue: str, opens: int
) -> None:
    on_call = at("2026-01-05")

    calendar = on_call.calendar(on_call.rules[rule].body, queue)

    assert calendar is not None
    assert calendar.week[0][0].since == opens * 60
    assert len(calendar.week[0]) == 1


@pytest.mark.parametrize(
    ("scope", "watched"),
    [
        (RuleScope(), {"orders", "returns", "nobody-defined"}),
        (RuleScope(queues=["orders"]), {"orders"}),
        (RuleScope(teams=["west"]), {"returns"}),
        (RuleScope(sites=["hangzhou"]), {"orders"}),
        (RuleScope(clients=["acme"]), {"orders"}),
        (RuleScope(teams=["west"], clients=["acme"]), set()),
        (RuleScope(queues=["orders"], teams=["west"]), set()),
        (RuleScope(queues=["orders", "nobody-defined"]), {"orders", "nobody-defined"}),
    ],
)
def test_a_scope_holds_the_queues_that_all_of_its_words_are_true_of(
    scope: RuleScope, watched: set[str]
) -> None:
    on_call = at("2026-01-05")

    assert {
        queue for queue in ("orders", "returns", "nobody-defined") if on_call.watches(scope, queue)
    } == watched


def test_a_user_acts_as_the_receiver_that_says_so() -> None:
    acting = at("2026-01-05").acting_as("zhang-san")

    assert acting is not None
    assert acting.body.id == "zhang"
