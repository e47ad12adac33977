"""Merging into a visit: events of one instant that differ in a single field merge alike in any
order, and nothing said is dropped.
"""

from copy import deepcopy
from itertools import permutations
from typing import Any

import pytest

from floorpulse.contracts import events
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.visits import Visit
from floorpulse.kpi_engine.fold.merge import merge, repeats
from tests.unit.kpi_engine.builders import event

AT = 30_000
USUAL = {
    events.ContactOffered,
    events.ContactAnswered,
    events.ContactAbandoned,
    events.ContactEnded,
    events.ContactWrapped,
}
SURVEY = {"survey": "s", "kind": "csat", "score": 4.0, "best": 5.0, "worst": 1.0}

FIELDS: list[tuple[type, dict[str, Any], dict[str, Any]]] = [
    (
        events.ContactOffered,
        {},
        {
            "queue": "service",
            "channel": "chat",
            "priority": 2,
            "customer": "k",
            "attributes": {"vip": "yes"},
        },
    ),
    (events.ContactAnswered, {}, {"agent": "bob", "queue": "service", "wait_ms": 7}),
    (events.ContactAbandoned, {}, {"queue": "service", "wait_ms": 7}),
    (events.ContactLeft, {"reason": "overflow"}, {"reason": "timeout", "wait_ms": 7}),
    (events.ContactTransferred, {}, {"to_queue": "service", "to_agent": "bob"}),
    (events.ContactEnded, {}, {"talk_ms": 7, "hold_ms": 7}),
    (events.ContactWrapped, {}, {"wrap_ms": 7}),
    (
        events.QaScored,
        {"evaluation": "e", "score": 90.0},
        {
            "score": 80.0,
            "fatal": True,
            "calibration": True,
            "passed": False,
            "form": "f",
            "evaluator": "eve",
            "queue": "q",
            "agent": "bob",
        },
    ),
    (events.SurveyOffered, {"survey": "s", "kind": "csat"}, {"queue": "service"}),
    (events.SurveyAnswered, SURVEY, {"score": 5.0, "best": 6.0, "worst": 0.0, "queue": "service"}),
    (
        events.ComplaintOpened,
        {"complaint": "k"},
        {
            "severity": "high",
            "category": "rude",
            "origin": "internal",
            "valid": True,
            "liable": True,
            "queue": "service",
            "agent": "bob",
        },
    ),
    (
        events.ComplaintClosed,
        {"complaint": "k"},
        {"severity": "high", "category": "rude", "valid": True, "liable": False},
    ),
]
CASES = [
    pytest.param(kind, base, {name: value}, id=f"{kind.__name__}.{name}")
    for kind, base, one in FIELDS
    for name, value in one.items()
]


def merged(*history: AnyEvent) -> Visit:
    visit = Visit()
    for one in history:
        merge(visit, one)
    return visit


@pytest.mark.parametrize(("kind", "base", "changed"), CASES)
def test_of_two_events_of_one_instant_the_order_decides_nothing(
    kind: type, base: dict[str, Any], changed: dict[str, Any]
) -> None:
    plain = event(kind, AT, **base)
    other = event(kind, AT, **{**base, **changed})
    results = [merged(*order) for order in permutations((plain, other, plain))]

    assert all(one == results[0] for one in results)


@pytest.mark.parametrize(("kind", "base", "changed"), CASES)
def test_every_field_is_kept(kind: type, base: dict[str, Any], changed: dict[str, Any]) -> None:
    assert merged(event(kind, AT, **base)) != merged(event(kind, AT, **{**base, **changed}))


@pytest.mark.parametrize(("kind", "base", "changed"), CASES)
def test_a_repetition_says_nothing_new(
    kind: type, base: dict[str, Any], changed: dict[str, Any]
) -> None:
    visit = merged(event(kind, AT, **base), one := event(kind, AT, **{**base, **changed}))
    before = deepcopy(visit)

    assert not merge(visit, one)
    assert visit == before


@pytest.mark.parametrize(("kind", "base", "changed"), CASES)
def test_an_event_of_the_usual_ones_repeats_what_is_told_field_by_field(
    kind: type, base: dict[str, Any], changed: dict[str, Any]
) -> None:
    one = event(kind, AT, **{**base, **changed})

    assert repeats(merged(one), one) == (kind in USUAL)
    assert not repeats(merged(event(kind, AT, **base)), one)
    assert not repeats(Visit(), one)


@pytest.mark.parametrize(("kind", "base", "changed"), CASES)
def test_the_first_word_is_news_whatever_it_says(
    kind: type, base: dict[str, Any], changed: dict[str, Any]
) -> None:
    assert merge(Visit(), event(kind, AT, **{**base, **changed}))


@pytest.mark.parametrize(
    ("kind", "shift", "wins"),
    [
        (events.ContactOffered, -1, True),
        (events.ContactOffered, 1, False),
        (events.ContactAnswered, -1, True),
        (events.ContactAnswered, 1, False),
        (events.ContactAbandoned, -1, True),
        (events.ContactAbandoned, 1, False),
        (events.ContactTransferred, 1, True),
        (events.ContactTransferred, -1, False),
        (events.ContactEnded, 1, True),
        (events.ContactEnded, -1, False),
        (events.ContactWrapped, 1, True),
        (events.ContactWrapped, -1, False),
    ],
)
def test_beginnings_take_the_earliest_word_and_endings_the_latest(
    kind: type, shift: int, *, wins: bool
) -> None:
    visit = merged(event(kind, AT), other := event(kind, AT + shift))

    visit.evidence = None
    assert visit == merged(other if wins else event(kind, AT))


def test_a_time_in_text_is_refused_and_never_compared() -> None:
    told = event(events.ContactOffered, AT, at="2026-11-10T12:00:00Z")

    with pytest.raises(TypeError, match="carries its time as text"):
        merge(Visit(), told)
