"""The oracle against hand-computed cases, and against the engine's own definition: two
implementations, one figure.
"""

import json

import msgspec
from hypothesis import given, settings

from floorpulse.contracts.cells import Cell, Cells, Histogram, add
from floorpulse.contracts.events import AgentStateChanged, AnyEvent
from floorpulse.contracts.updates import PaneKey
from floorpulse.contracts.visits import Visit, VisitKey
from floorpulse.counting.contributions import contributions
from floorpulse.counting.whole_contacts import whole_contact
from floorpulse.kpi_engine.fold.merge import merge
from floorpulse.kpi_engine.fold.visit_keys import visit_key
from tests.reliability.agents_oracle import recomputed_states
from tests.reliability.oracle import MINUTE, Told, bucket, on_hold, recomputed
from tests.reliability.stories import stream
from tests.unit.kpi_engine.builders import HISTORIES, as_stored

SECOND = 1000
SALES = ("acme", "sales", "voice")


def told(type_: str, at: int, /, **fields: object) -> Told:
    return {
        "type": type_,
        "id": f"{type_}@{at}",
        "source": "test",
        "tenant": "acme",
        "at": at,
        "contact": "c1",
        **fields,
    }


OFFERED = told("contact.offered", 10 * SECOND, queue="sales")
ANSWERED = told("contact.answered", 22 * SECOND + 500, agent="ann")


def test_an_answered_contact_waits_from_offer_to_answer_and_is_handled_when_wrapped() -> None:
    story = [
        OFFERED,
        ANSWERED,
        told("contact.ended", 100 * SECOND),
        told("contact.wrapped", 130 * SECOND),
    ]

    assert recomputed(story) == {
        (*SALES, 0): {
            Cell.OFFERED: 1,
            Cell.ANSWERED: 1,
            Cell.ANSWERED_WAIT: 12_500,
            Histogram.ANSWERED_WAIT + 25: 1,
        },
        (*SALES, 2 * MINUTE): {
            Cell.HANDLED: 1,
            Cell.TALK: 77_500,
            Cell.WRAP: 30_000,
            Cell.WRAP_TOLD: 1,
            Histogram.HANDLE_TIME + 215: 1,
        },
    }


def test_the_sources_own_figures_win_and_an_unwrapped_contact_is_handled_when_it_ends() -> None:
    story = [
        OFFERED,
        {**ANSWERED, "wait_ms": 11_000},
        told("contact.ended", 100 * SECOND, talk_ms=60_000, hold_ms=5_000),
    ]

    assert recomputed(story) == {
        (*SALES, 0): {
            Cell.OFFERED: 1,
            Cell.ANSWERED: 1,
            Cell.ANSWERED_WAIT: 11_000,
            Histogram.ANSWERED_WAIT + 22: 1,
        },
        (*SALES, MINUTE): {
            Cell.HANDLED: 1,
            Cell.TALK: 60_000,
            Cell.HOLD: 5_000,
            Cell.HELD: 1,
            Histogram.HANDLE_TIME + 130: 1,
        },
    }


def test_without_an_offer_it_is_outcome_minus_stated_wait_and_without_either_nothing_counts() -> (
    None
):
    abandoned = told("contact.abandoned", 70 * SECOND, queue="sales")

    assert recomputed([abandoned]) == {}
    assert recomputed([{**abandoned, "wait_ms": 30_000}]) == {
        (*SALES, 0): {
            Cell.OFFERED: 1,
            Cell.ABANDONED: 1,
            Cell.ABANDONED_WAIT: 30_000,
            Histogram.ABANDONED_WAIT + 60: 1,
        }
    }


def test_an_answer_wins_over_giving_up_and_the_earliest_answer_over_later_ones() -> None:
    story = [
        told("contact.abandoned", 15 * SECOND),
        {**ANSWERED, "at": 40 * SECOND, "agent": "bob"},
        ANSWERED,
        OFFERED,
        ANSWERED,
    ]

    assert recomputed(story)[(*SALES, 0)][Cell.ANSWERED_WAIT] == 12_500
    assert Cell.ABANDONED not in recomputed(story)[(*SALES, 0)]


def test_a_wait_of_no_time_has_no_sum_but_a_bucket() -> None:
    left = told("contact.left", 10 * SECOND, reason="overflow")

    assert recomputed([OFFERED, left])[(*SALES, 0)] == {Cell.OFFERED: 1, Cell.LEFT_OVERFLOW: 1}
    assert recomputed([OFFERED, {**ANSWERED, "at": 10 * SECOND}])[(*SALES, 0)] == {
        Cell.OFFERED: 1,
        Cell.ANSWERED: 1,
        Histogram.ANSWERED_WAIT: 1,
    }


def test_buckets_are_exact_to_the_second_up_to_an_hour_and_grow_by_a_hundredth_beyond() -> None:
    spans = (0, 1, 999, 1000, 1001, 3_599_999, 3_600_000, 3_600_001, 3_636_001, 7_200_000)
    assert [bucket(span) for span in spans] == [0, 1, 1, 2, 3, 7199, 7200, 7201, 7202, 7270]


def test_time_on_hold_ends_with_the_next_resume_or_with_the_contact() -> None:
    assert on_hold([10, 20, 60], [30], 100) == 60
    assert on_hold([10, 30], [30], 100) == 90
    assert on_hold([10], [10], None) == 0
    assert on_hold([], [5], 100) == 0


def test_a_survey_counts_when_asked_when_answered_and_by_its_contacts_time() -> None:
    asked = told("survey.offered", 70 * SECOND, survey="s1", kind="csat")
    answered = told(
        "survey.answered", 130 * SECOND, survey="s1", kind="csat", score=4, best=5, worst=1
    )

    assert recomputed([OFFERED, asked, answered]) == {
        (*SALES, 0): {
            Cell.OFFERED: 1,
            Cell.CONTACT_SURVEY_OFFERED: 1,
            Cell.CONTACT_CSAT_COUNT: 1,
            Cell.CONTACT_CSAT_SUM: 4000,
            Histogram.CONTACT_CSAT + 750: 1,
        },
        (*SALES, MINUTE): {Cell.SURVEY_OFFERED: 1},
        (*SALES, 2 * MINUTE): {Cell.CSAT_COUNT: 1, Cell.CSAT_SUM: 4000, Histogram.CSAT + 750: 1},
    }


def test_a_later_version_replaces_an_evaluation_and_a_retraction_removes_it() -> None:
    first = told("qa.scored", 70 * SECOND, evaluation="e1", score=50, passed=False, queue="sales")
    second = told(
        "qa.scored", 130 * SECOND, evaluation="e1", score=80.5, passed=True, queue="sales"
    )
    judged = {
        Cell.QA_COUNT: 1,
        Cell.QA_SUM: 80_500,
        Cell.QA_JUDGED: 1,
        Cell.QA_PASSED: 1,
        Histogram.QA_SCORE + 805: 1,
    }

    assert recomputed([second, first]) == {(*SALES, 2 * MINUTE): judged}
    assert recomputed([told("qa.retracted", 140 * SECOND, evaluation="e1"), second, first]) == {}


def test_a_complaint_stands_where_it_was_received_with_the_latest_word_on_it() -> None:
    opened = told("complaint.opened", 70 * SECOND, complaint="k1", severity="low", queue="sales")
    closed = told("complaint.closed", 500 * SECOND, complaint="k1", severity="high", liable=True)

    assert recomputed([opened])[(*SALES, MINUTE)] == {Cell.COMPLAINTS_LOW: 1}
    assert recomputed([closed, opened]) == {
        (*SALES, MINUTE): {
            Cell.COMPLAINTS_HIGH: 1,
            Cell.COMPLAINTS_JUDGED: 1,
            Cell.COMPLAINTS_LIABLE: 1,
            Cell.COMPLAINTS_CLOSED: 1,
            Histogram.COMPLAINT_CLOSING + 1: 1,
        }
    }
    assert (
        Histogram.COMPLAINT_CLOSING + 1
        not in recomputed([closed, opened, {**opened, "at": 600 * SECOND}])[(*SALES, MINUTE)]
    )
    assert recomputed([closed]) == {}


AVAILABLE = {
    "type": "agent.state",
    "tenant": "acme",
    "agent": "ann",
    "state": "available",
    "at": 890 * SECOND,
    "queues": ["sales"],
}


def test_of_two_events_about_one_state_at_one_instant_the_greater_content_counts() -> None:
    told_again = {**AVAILABLE, "queues": ["service", "sales"], "team": "east"}
    busy = {**AVAILABLE, "at": 905 * SECOND, "state": "busy", "queues": None}

    assert recomputed_states([told_again, busy, AVAILABLE, AVAILABLE]) == {
        ("acme", "ann", 890 * SECOND, "available"): (("sales", "service"), "", "east", ""),
        ("acme", "ann", 905 * SECOND, "busy"): ((), "", "", ""),
    }


def by_the_engines_definition(events: list[AnyEvent]) -> dict[PaneKey, Cells]:
    visits: dict[VisitKey, Visit] = {}
    for one in events:
        if not isinstance(one, AgentStateChanged):
            merge(visits.setdefault(visit_key(one), Visit()), one)
    panes: dict[PaneKey, Cells] = {}
    contacts: dict[tuple[str, str], dict[int, Visit]] = {}
    for (tenant, contact, number), visit in as_stored(visits).items():
        contacts.setdefault((tenant, contact), {})[number] = visit
    for (tenant, _), stays in contacts.items():
        parts = [contributions(tenant, visit, MINUTE) for visit in stays.values()]
        for part in (*parts, whole_contact(tenant, stays, MINUTE)):
            for pane, cells in part.items():
                add(panes.setdefault(pane, {}), cells)
    return {pane: cells for pane, cells in panes.items() if cells}


@settings(max_examples=500, deadline=None)
@given(HISTORIES)
def test_the_oracle_agrees_with_the_engines_definition(history: list[AnyEvent]) -> None:
    assert recomputed(
        json.loads(msgspec.json.encode(one)) for one in history
    ) == by_the_engines_definition(history)


def test_the_oracle_agrees_with_the_engines_definition_on_the_stories_of_the_load() -> None:
    values = [value for value, _ in zip(stream(seed=5), range(6_000), strict=False)]

    assert recomputed(map(json.loads, values)) == by_the_engines_definition(
        [msgspec.json.decode(one, type=AnyEvent) for one in values]
    )
