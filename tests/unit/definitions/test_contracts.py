"""Contracts as definitions: what their text means, whom they reach, what is worth a word."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from floorpulse.definitions.domain.check import check
from floorpulse.definitions.domain.contract_reading import contract_of, contracts_of
from floorpulse.definitions.domain.contract_scope import has_channel, queues_under
from floorpulse.definitions.domain.contract_terms import ContractScope
from floorpulse.definitions.domain.contract_words import Again, Judged
from floorpulse.definitions.domain.contracts import EVER, Charge, Metric, Streak, Tier
from floorpulse.definitions.domain.definition_history import TenantDefinitions
from floorpulse.definitions.domain.remarks import remarks
from floorpulse.definitions.domain.terms import Comparison
from floorpulse.definitions.domain.versions import numbered
from floorpulse.kpis.policies import Formula
from tests.fakes.definitions import entries

PAGE = Path(__file__).parents[3] / "docs" / "contracts.md"
FLOOR = """
tenant: demo
about: [{names: {en: Demo}, zone: Asia/Shanghai}]
sites: [{id: north, names: {en: North}}]
teams: [{id: day, names: {en: Day}, site: north}]
clients: [{id: shop, names: {en: Shop}}, {id: meridian-market, names: {en: Other}}]
queues:
  - {id: orders, names: {en: Orders}, channels: [voice, chat], client: shop, team: day}
  - {id: returns, names: {en: Returns}, channels: [voice], client: shop}
  - {id: books, names: {en: Books}, channels: [voice], client: meridian-market}
"""
CONTRACT = """
contracts:
  - id: one
    names: {en: One}
    client: shop
    vendor: {en: Vendor}
    currency: EUR
    zone: Europe/Berlin
    valid_from: 2026-01-01
    scope: {channels: [voice]}
    phases:
      - {id: trial, kind: acceptance, first_day: 2026-01-01, last_day: 2026-01-31, penalties: false,
         metrics: {level: {target: "0.60"}}}
      - {id: live, kind: operation, first_day: 2026-02-01,
         metrics: {lost: {penalties: [
           {above: "0.07", percent: "1"},
           {above: "0.05", at_most: "0.06", percent: "2"}]}}}
    metrics:
      - id: level
        names: {en: Level}
        kpi: service_level
        formula: V2
        threshold: 30
        comparison: at_least
        target: "0.80"
        scope: {queues: [orders]}
        penalties:
          - {below: "0.70", percent: "2"}
          - {at_least: "0.72", below: "0.80", percent: "4"}
      - {id: lost, names: {en: Lost}, kpi: abandonment_rate, comparison: at_most, target: "0.05",
         penalties: [{above: "0.05", amount: "5.00"}]}
    billing:
      - {id: calls, names: {en: Calls}, per: contact, rate: "1.10", scope: {queues: [returns]}}
"""


def _known(text: str) -> TenantDefinitions:
    checked = check({"demo.yaml": text})
    assert [str(one) for one in checked.mistakes] == []
    return TenantDefinitions(numbered(checked.entries, ()))


def _at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def test_days_are_those_of_the_contracts_own_zone() -> None:
    known = _known(FLOOR + CONTRACT)

    [contract] = contracts_of(known.versions, known.zone)
    [terms] = contract.versions

    assert (terms.begin, terms.end) == (_at("2025-12-31T23:00"), EVER)
    assert [(one.begin, one.end) for one in terms.phases] == [
        (_at("2025-12-31T23:00"), _at("2026-01-31T23:00")),
        (_at("2026-01-31T23:00"), EVER),
    ]


def test_without_a_zone_of_its_own_the_tenants_holds_and_without_any_utc() -> None:
    known = _known(FLOOR + CONTRACT.replace("    zone: Europe/Berlin\n", ""))
    versions = [one for one in known.versions if one.id == "one"]

    begins = [contract_of(versions, zone).versions[0].begin for zone in (known.zone, None)]

    assert begins == [_at("2025-12-31T16:00"), _at("2026-01-01T00:00")]


def test_a_phase_promises_otherwise_and_a_metric_has_a_policy_of_its_own() -> None:
    known = _known(FLOOR + CONTRACT)

    [terms] = contracts_of(known.versions, known.zone)[0].versions
    trial = {one.id: one for one in terms.metrics["trial"]}
    live = {one.id: one for one in terms.metrics["live"]}
    policy = live["level"].policy

    assert (trial["level"].target, live["level"].target) == (Decimal("0.60"), Decimal("0.80"))
    assert (len(trial["lost"].penalties), len(live["lost"].penalties)) == (1, 2)
    assert policy is not None
    assert (policy.name, policy.formula, policy.threshold, policy.short) == (
        "one.level",
        Formula.V2,
        30,
        5,
    )
    assert live["lost"].policy is None


def test_a_narrower_scope_takes_the_rest_from_the_contract() -> None:
    known = _known(FLOOR + CONTRACT)

    [terms] = contracts_of(known.versions, known.zone)[0].versions
    level, lost = terms.metrics["live"]

    assert level.scope == ContractScope(queues=["orders"], channels=["voice"])
    assert lost.scope == ContractScope(channels=["voice"])


@pytest.mark.parametrize(
    ("scope", "wanted"),
    [
        (ContractScope(), ["orders", "returns"]),
        (ContractScope(queues=["returns"]), ["returns"]),
        (ContractScope(sites=["north"]), ["orders"]),
        (ContractScope(queues=["returns"], sites=["north"]), []),
    ],
)
def test_a_scope_reaches_the_queues_it_names_else_the_clients(
    scope: ContractScope, wanted: list[str]
) -> None:
    assert queues_under(_known(FLOOR).at(0), scope, "shop") == wanted


def test_a_scope_reaches_the_channels_it_names_else_all() -> None:
    assert has_channel(ContractScope(), "chat")
    assert has_channel(ContractScope(channels=["chat"]), "chat")
    assert not has_channel(ContractScope(channels=["voice"]), "chat")


def test_gaps_between_tiers_and_worse_values_that_cost_less_are_worth_a_word() -> None:
    notes = remarks(entries(FLOOR + CONTRACT), date(2026, 1, 1))

    live = "phases[1].metrics.lost.penalties"
    assert [(one.field, one.problem) for one in notes] == [
        (
            f"contracts[one].{live}[0]",
            f"costs less than {live}[1], though its values are worse",
        ),
        (
            f"contracts[one].{live}[0]",
            f"values between this tier and {live}[1] cost nothing",
        ),
        (
            "contracts[one].metrics[0].penalties[0]",
            "costs less than metrics[0].penalties[1], though its values are worse",
        ),
        (
            "contracts[one].metrics[0].penalties[0]",
            "values between this tier and metrics[0].penalties[1] cost nothing",
        ),
    ]


def test_tiers_that_meet_and_cost_more_with_worse_values_need_no_word() -> None:
    text = CONTRACT.replace('below: "0.70", percent: "2"', 'below: "0.72", percent: "8"')
    text = text.replace('above: "0.07", percent: "1"', 'above: "0.06", amount: "1.00"')

    assert remarks(entries(FLOOR + text), date(2026, 1, 1)) == []


def test_the_contract_of_the_page_holds() -> None:
    [block] = re.findall(r"```yaml\n(contracts:.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    floor = FLOOR.replace("meridian-market", "meridian").replace("[voice]", "[voice, chat]")

    [contract] = contracts_of(_known(floor + block).versions, ZoneInfo("Asia/Shanghai"))

    assert [one.id for one in contract.versions[0].phases] == ["ramp-up", "live"]


@pytest.mark.parametrize(
    ("tier", "inside", "outside"),
    [
        (Tier(Charge(), Decimal("0.7"), high=Decimal("0.8")), ["0.7", "0.79"], ["0.69", "0.8"]),
        (
            Tier(
                Charge(),
                Decimal("0.7"),
                low_within=False,
                high=Decimal("0.8"),
                high_within=True,
            ),
            ["0.71", "0.8"],
            ["0.7", "0.81"],
        ),
        (Tier(Charge(), high=Decimal("0.8")), ["-5", "0"], ["0.8"]),
        (Tier(Charge(), low=Decimal("0.8")), ["0.8", "5"], ["0.79"]),
    ],
)
def test_a_tier_holds_from_bound_to_bound(
    tier: Tier, inside: list[str], outside: list[str]
) -> None:
    assert all(tier.holds(Fraction(one)) for one in inside)
    assert not any(tier.holds(Fraction(one)) for one in outside)


@pytest.mark.parametrize(
    ("again", "due"),
    [(Again.NEVER, [3]), (Again.RUN, [3, 6]), (Again.WINDOW, [3, 4, 5, 6, 7])],
)
def test_a_streak_falls_due_as_it_says(again: Again, due: list[int]) -> None:
    streak = Streak(3, Charge(), again)

    assert [run for run in range(8) if streak.falls_due(run)] == due


def test_a_share_of_windows_is_judged_against_the_promised_share_else_all() -> None:
    metric = Metric("m", {}, "asa", Comparison.AT_MOST, Decimal(20), judged=Judged.SHARE)

    assert (metric.judged_target, metric.judged_comparison) == (
        Decimal(1),
        Comparison.AT_LEAST,
    )


def test_each_window_is_judged_against_the_target() -> None:
    metric = Metric("m", {}, "asa", Comparison.AT_MOST, Decimal(20))

    assert (metric.judged_target, metric.judged_comparison) == (
        Decimal(20),
        Comparison.AT_MOST,
    )


def test_contracts_of_different_contacts_may_hold_at_one_time() -> None:
    other = CONTRACT.replace("id: one", "id: two").replace(
        "client: shop", "client: meridian-market"
    )
    other = other.replace("queues: [orders]", "queues: [books]").replace("[returns]", "[books]")

    known = _known(FLOOR + CONTRACT + other.removeprefix("\ncontracts:\n"))

    assert [one.id for one in contracts_of(known.versions, known.zone)] == ["one", "two"]


MOVED = """
tenant: demo
about: [{names: {en: Demo}}]
clients: [{id: shop, names: {en: Shop}}, {id: market, names: {en: Market}}]
sites: [{id: north, names: {en: North}}, {id: south, names: {en: South}}]
teams:
  - {id: red, names: {en: Red}, site: north}
  - {id: red, names: {en: Red}, site: south, valid_from: 2026-06-01}
queues:
  - {id: moved, names: {en: Moved}, channels: [voice], client: shop, team: red}
  - {id: moved, names: {en: Moved}, channels: [voice], client: market, team: red,
     valid_from: 2026-06-01}
  - {id: stays, names: {en: Stays}, channels: [chat], client: shop, team: red}
contracts:
"""
SIGNED = """
  - id: %s
    names: {en: Signed}
    client: %s
    vendor: {en: Vendor}
    currency: CNY
    valid_from: 2026-01-01
    scope: %s
    billing: [{id: calls, names: {en: Calls}, per: contact, rate: "1.00"}]
"""


@pytest.mark.parametrize(
    "two",
    [
        [("shop", "{channels: [voice]}"), ("market", "{}")],
        [("shop", "{sites: [north], channels: [chat]}"), ("shop", "{sites: [south]}")],
    ],
    ids=["to another client", "to another site"],
)
def test_a_queue_may_go_from_one_contract_to_another(two: list[tuple[str, str]]) -> None:
    text = MOVED + "".join(SIGNED % (f"c{at}", *one) for at, one in enumerate(two))

    assert [str(one) for one in check({"demo.yaml": text}).mistakes] == []
