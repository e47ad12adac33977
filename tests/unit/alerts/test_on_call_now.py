"""Who can be told, and what an incident of a rule is, by the definitions in force."""

from zoneinfo import ZoneInfo

from floorpulse.alerts.domain.alert import Transition, TransitionKind
from floorpulse.alerts.domain.descriptions import Description, RuleDescriptions, policy_of
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.on_call_now import Arranged, OnCallNow
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.domain.rotas import Span
from floorpulse.definitions.domain.bodies import CalendarBody
from floorpulse.definitions.domain.on_call import RotaBody, Severity
from floorpulse.definitions.domain.terms import Body
from tests.fakes.alert_definitions import TENANT, book, policy, receiver, rule, step

UTC = ZoneInfo("UTC")
NOON = 1_772_539_200_000  # Tuesday 2026-03-03, 12:00 UTC
NEVER = CalendarBody(id="never", hours={})


def rota(name: str = "nights", **more: object) -> RotaBody:
    given: dict[str, object] = {"members": ["ann", "bo"], "starts": "2026-03-02", "turn": "day"}
    return RotaBody(id=name, names={"en": name}, **{**given, **more})  # type: ignore[arg-type]


def now(*bodies: Body, arranged: Arranged = Arranged()) -> OnCallNow:  # noqa: B008  frozen
    known = book(receiver("ann"), receiver("bo", slack=True), *bodies)
    return OnCallNow(known.at(TENANT, NOON), UTC, NOON, arranged)


def test_a_receiver_is_reached_in_all_its_ways() -> None:
    assert now().targets(step("bo")) == ("bo/slack", "bo/sms")
    assert now().ways("nobody") == ()


def test_a_rota_gives_whoever_is_on_call_and_each_target_once() -> None:
    there = now(rota())

    assert there.targets(step("rota:nights")) == ("bo/slack", "bo/sms")
    assert there.targets(step("rota:nights", "bo", "ann")) == ("bo/slack", "bo/sms", "ann/sms")


def test_a_rota_that_is_not_known_or_has_nobody_gives_nobody() -> None:
    there = now(rota(calendar="never"), NEVER)

    assert there.targets(step("rota:days")) == ()
    assert there.targets(step("rota:nights")) == ()


def test_what_supervisors_arranged_outranks_turns() -> None:
    arranged = Arranged(overrides={"nights": [Span(NOON - 1, NOON + 1, "ann")]})

    assert now(rota(), arranged=arranged).targets(step("rota:nights")) == ("ann/sms",)


def test_a_feed_is_asked_only_where_the_rota_has_one() -> None:
    arranged = Arranged(feeds={"nights": [Span(NOON - 1, NOON + 1, "ann")]})
    fed = rota(ical="https://feeds.example.org/nights.ics", zone="Asia/Shanghai")

    assert now(fed, arranged=arranged).targets(step("rota:nights")) == ("ann/sms",)
    assert now(fed).targets(step("rota:nights")) == ()
    assert now(rota(), arranged=arranged).targets(step("rota:nights"))[0] == "bo/slack"


def test_a_calendar_that_is_not_defined_is_never_closed() -> None:
    there = now(NEVER)

    assert there.is_open("unknown")
    assert not there.is_open("never")


def described(*bodies: Body) -> Description:
    told = Transition(
        Subject(TENANT, "calls"), "calls@1", Reason.HELD, None, NOON, TransitionKind.FIRE
    )
    known = book(*bodies)
    return RuleDescriptions(lambda: known).described(told)


def test_an_incident_is_described_by_its_rule_and_policy() -> None:
    ladder = policy(step("ann"))
    found = described(
        rule(severity=Severity.CRITICAL, runbook="https://x", labels={"zone": "north"}), ladder
    )

    assert found == Description(
        Severity.CRITICAL,
        {"en": "Calls", "zh": "来电"},
        ladder,
        "https://x",
        {"zone": "north"},
    )


def test_a_rule_that_is_gone_or_names_no_policy_tells_nobody() -> None:
    assert described() == Description(names={"en": "calls"})
    assert described(rule()).policy is None


def test_a_policy_is_found_by_its_name() -> None:
    known = book(policy(step("ann"))).at(TENANT, NOON)

    assert policy_of(known, "ladder") == policy(step("ann"))
    assert policy_of(known, "another") is None
    assert policy_of(known, None) is None
