"""Which silences match, and which cannot be kept."""

import pytest

from floorpulse.alerts.domain.silences import (
    LONGEST_EXPRESSION,
    Matcher,
    Operator,
    Silence,
    checked,
    silenced_until,
)
from tests.fakes.alert_definitions import TENANT, incident

THERE = incident(None, labels={"zone": "north", "queue": "a label"})


def silence(*matchers: tuple[str, str, str], **more: object) -> Silence:
    given: dict[str, object] = {
        "id": "s",
        "tenant": TENANT,
        "begins_at": 10,
        "ends_at": 20,
        "author": "ann",
        "comment": "maintenance",
        "created_at": 0,
        **more,
    }
    some = tuple(Matcher(name, Operator(how), value) for name, how, value in matchers)
    return Silence(matchers=some, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "matcher",
    [
        ("queue", "=", "orders"),
        ("channel", "!=", "chat"),
        ("rule", "=~", "ca.*"),
        ("severity", "!~", "crit.*"),
        ("zone", "=", "north"),
        ("unknown", "=", ""),
        ("key", "=~", ""),
        ("tenant", "=", "t"),
    ],
)
def test_a_matcher_that_matches(matcher: tuple[str, str, str]) -> None:
    assert silenced_until([silence(matcher)], THERE, 15) == 20


@pytest.mark.parametrize(
    "matcher",
    [
        ("queue", "=", "a label"),
        ("queue", "!=", "orders"),
        ("rule", "=~", "all"),
        ("rule", "!~", "calls"),
        ("unknown", "!=", ""),
    ],
)
def test_a_matcher_that_does_not(matcher: tuple[str, str, str]) -> None:
    assert silenced_until([silence(matcher)], THERE, 15) is None


def test_all_matchers_of_a_silence_must_match() -> None:
    both = silence(("queue", "=", "orders"), ("channel", "=", "chat"))

    assert silenced_until([both], THERE, 15) is None


@pytest.mark.parametrize(("now", "until"), [(9, None), (10, 20), (19, 20), (20, None)])
def test_a_silence_holds_from_its_begin_until_its_end(now: int, until: int | None) -> None:
    assert silenced_until([silence(("queue", "=", "orders"))], THERE, now) == until


def test_the_longest_of_several_holds_and_others_tenants_do_not() -> None:
    mine = silence(("queue", "=", "orders"), ends_at=30)
    other = silence(("queue", "=", "orders"), ends_at=90, tenant="another")

    assert silenced_until([silence(("queue", "=", "orders")), mine, other], THERE, 15) == 30


def test_what_can_be_kept_is_kept() -> None:
    for one in (silence(("queue", "=", "orders")), silence(("queue", "=~", "o.*"))):
        assert checked(one) == one


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (silence(("queue", "=", "orders"), ends_at=10), "ends before it begins"),
        (silence(), "name at least one"),
        (silence(("queue", "=~", "(")), "is wrong"),
        (silence(("queue", "=~", "(a+)+")), "repeats a repetition"),
        (silence(("queue", "!~", "a" * (LONGEST_EXPRESSION + 1))), "longer than"),
        (silence(("queue", "=~", ".*")), "match a value"),
        (silence(("queue", "!=", "x")), "match a value"),
    ],
)
def test_what_cannot_be_kept_says_why_and_what_to_do(wrong: Silence, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        checked(wrong)
