"""Rules that are tried out stand beside what is stored, and are wrong where `floorpulse check`
would call them wrong.
"""

import pytest

from floorpulse.alerts.rules.under_test import UnderTest, WrongRulesError, under_test
from floorpulse.definitions.domain.bodies import Kind
from floorpulse.definitions.domain.check import check
from floorpulse.definitions.domain.definition_history import NOTHING, Definitions
from floorpulse.definitions.domain.in_force import Version

STORED = """
tenant: demo
about:
  - {names: {en: Demo}, zone: Asia/Shanghai, calendar: days}
queues:
  - {id: orders, names: {en: Orders}, channels: [voice]}
calendars:
  - id: days
    hours: {monday: ["09:00-18:00"], tuesday: ["09:00-18:00"]}
rules:
  - {id: stored, names: {en: Stored}, threshold: {kpi: waiting, fire_above: 9}}
"""
RULE = """
rules:
  - id: slow
    valid_from: 2027-01-01
    names: {en: Slow}
    scope: {queues: [orders]}
    threshold: {kpi: longest_wait, fire_above: 60}
"""


def stored() -> Definitions:
    checked = check({"demo.yaml": STORED})
    assert checked.mistakes == ()
    return Definitions(
        Version(one.tenant, one.kind, one.id, 1, one.body) for one in checked.entries
    )


def tried(text: str, only: str | None = None, known: Definitions | None = None) -> UnderTest:
    return under_test("mine.yaml", text, stored() if known is None else known, "demo", only)


def wrong(text: str, only: str | None = None, known: Definitions | None = None) -> list[str]:
    with pytest.raises(WrongRulesError) as refused:
        tried(text, only, known)
    assert str(refused.value) == "\n".join(map(str, refused.value.mistakes))
    return [str(one) for one in refused.value.mistakes]


def test_a_rule_is_tried_as_if_it_had_been_in_force_ever_since() -> None:
    test = tried(RULE)

    long_ago = test.definitions.at("demo", 0)
    assert test.rules == ("slow",)
    assert set(long_ago.versions[Kind.RULE]) == {"slow"}
    assert set(long_ago.versions[Kind.QUEUE]) == {"orders"}
    assert str(test.definitions.of("demo").zone) == "Asia/Shanghai"


def test_a_later_version_of_a_tried_rule_holds_from_its_day_on() -> None:
    later = RULE + RULE.replace("\nrules:\n", "").replace("2027-01-01", "2027-02-01").replace(
        "60", "90"
    )
    test = tried(later)

    rules = [state.versions[Kind.RULE]["slow"].body for state in test.definitions.of("demo").states]
    assert [rule.valid_from for rule in rules] == [None, "2027-02-01"]


def test_what_the_file_defines_anew_replaces_what_is_stored() -> None:
    test = tried(
        RULE.replace("orders", "sales")
        + "queues: [{id: sales, names: {en: Sales}, channels: [voice]}]\n"
    )

    assert set(test.definitions.at("demo", 0).versions[Kind.QUEUE]) == {"orders", "sales"}


def test_a_rule_that_is_stored_can_be_tried_with_other_bounds() -> None:
    test = tried(RULE.replace("slow", "stored"))

    [rule] = test.definitions.at("demo", 0).versions[Kind.RULE].values()
    assert (rule.name, rule.standing) == ("stored@2", True)


def test_one_rule_of_several_is_tried_alone() -> None:
    two = RULE + "  - {id: full, names: {en: Full}, threshold: {kpi: waiting, fire_above: 9}}\n"

    test = tried(two, "full")

    assert test.rules == ("full",)
    assert set(test.definitions.at("demo", 0).versions[Kind.RULE]) == {"full"}


def test_definitions_that_no_longer_stand_are_not_brought_back() -> None:
    gone = [
        Version(one.tenant, one.kind, one.id, one.number, one.body, one.kind is not Kind.QUEUE)
        for one in stored().versions
    ]

    [mistake] = wrong(RULE, known=Definitions(gone))

    assert "orders" in mistake


def test_json_is_taken_too() -> None:
    body = (
        '{"rules": [{"id": "slow", "names": {"en": "Slow"}, '
        '"threshold": {"kpi": "longest_wait", "fire_above": 60}}]}'
    )

    assert tried(body).rules == ("slow",)


@pytest.mark.parametrize(
    ("text", "only", "told"),
    [
        (
            RULE.replace("longest_wait", "longest_weight"),
            None,
            "mine.yaml:7: rules[slow].threshold.kpi: ",
        ),
        (RULE.replace("fire_above: 60", "fire_above: sixty"), None, "mine.yaml:7: "),
        (
            "tenant: other" + RULE,
            None,
            "mine.yaml:1: tenant: is of the tenant 'other', the test is about 'demo'",
        ),
        (
            "calendars: [{id: nights, hours: {monday: ['00:00-06:00']}}]",
            None,
            "mine.yaml:1: rules: there is no rule in it; define one under `rules:`",
        ),
        (
            RULE,
            "slaw",
            "mine.yaml:1: rules: there is no rule 'slaw' in it; did you mean 'slow'?",
        ),
    ],
)
def test_a_file_that_cannot_be_meant_so_is_refused(text: str, only: str | None, told: str) -> None:
    first, *_ = wrong(text, only)

    assert first.startswith(told)


def test_a_file_may_name_its_tenant() -> None:
    named = "tenant: demo\n" + RULE.replace("    scope: {queues: [orders]}\n", "")

    assert under_test("mine.yaml", named, NOTHING, "demo").rules == ("slow",)
