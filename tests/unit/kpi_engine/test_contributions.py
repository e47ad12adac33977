"""Hand-computed visits: which pane gets what."""

from floorpulse.contracts import events
from floorpulse.contracts.cells import Cell, Cells, Histogram
from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.visits import Visit
from floorpulse.counting.contributions import contributions
from floorpulse.counting.histograms import FATAL, HOUR
from floorpulse.kpi_engine.fold.merge import merge
from tests.unit.kpi_engine.builders import MINUTE, TENANT, event


def visit_of(*history: AnyEvent) -> Visit:
    visit = Visit()
    for one in history:
        merge(visit, one)
    return visit


def panes_of(*history: AnyEvent) -> dict[tuple[str, str, int], Cells]:
    return {
        key[1:]: cells for key, cells in contributions(TENANT, visit_of(*history), MINUTE).items()
    }


OFFERED = event(events.ContactOffered, 30_000)


def test_an_offer_counts_in_the_pane_it_falls_into() -> None:
    assert panes_of(OFFERED) == {("sales", "voice", 0): {Cell.OFFERED: 1}}


def test_an_answer_counts_with_its_wait_in_the_pane_of_the_offer() -> None:
    panes = panes_of(OFFERED, event(events.ContactAnswered, 71_500))

    assert panes == {
        ("sales", "voice", 0): {
            Cell.OFFERED: 1,
            Cell.ANSWERED: 1,
            Cell.ANSWERED_WAIT: 41_500,
            Histogram.ANSWERED_WAIT + 83: 1,
        }
    }


def test_the_sources_own_wait_wins_over_the_difference_of_times() -> None:
    panes = panes_of(OFFERED, event(events.ContactAnswered, 25_000, wait_ms=20_000))

    assert panes[("sales", "voice", 0)][Cell.ANSWERED_WAIT] == 20_000
    assert panes[("sales", "voice", 0)][Histogram.ANSWERED_WAIT + 40] == 1


def test_an_answer_stamped_before_its_offer_waits_zero() -> None:
    panes = panes_of(OFFERED, event(events.ContactAnswered, 25_000))

    assert panes == {
        ("sales", "voice", 0): {Cell.OFFERED: 1, Cell.ANSWERED: 1, Histogram.ANSWERED_WAIT: 1}
    }


def test_an_orphan_with_a_stated_wait_counts_at_answer_minus_wait() -> None:
    panes = panes_of(event(events.ContactAnswered, 70_000, queue="sales", wait_ms=15_000))

    assert panes[("sales", "voice", 0)][Cell.OFFERED] == 1


def test_an_orphan_without_a_wait_counts_nothing_until_its_offer_arrives() -> None:
    answer = event(events.ContactAnswered, 70_000, queue="sales")

    assert panes_of(answer) == {}
    assert panes_of(answer, OFFERED)[("sales", "voice", 0)][Cell.ANSWERED] == 1


def test_an_orphan_heals_into_the_pane_of_the_late_offer() -> None:
    panes = panes_of(event(events.ContactAnswered, 130_000, queue="sales", wait_ms=5_000), OFFERED)

    assert set(panes) == {("sales", "voice", 0)}


def test_an_answered_visit_is_never_abandoned() -> None:
    panes = panes_of(
        OFFERED, event(events.ContactAbandoned, 40_000), event(events.ContactAnswered, 50_000)
    )

    assert Cell.ABANDONED not in panes[("sales", "voice", 0)]


def test_a_visit_that_left_counts_by_its_reason() -> None:
    panes = panes_of(OFFERED, event(events.ContactLeft, 40_000, reason="overflow"))

    assert panes == {
        ("sales", "voice", 0): {Cell.OFFERED: 1, Cell.LEFT_OVERFLOW: 1, Cell.LEFT_WAIT: 10_000}
    }


def test_handle_time_counts_at_the_completion() -> None:
    panes = panes_of(
        OFFERED,
        event(events.ContactAnswered, 40_000),
        event(events.ContactHeld, 50_000),
        event(events.ContactResumed, 57_000),
        event(events.ContactEnded, 100_000),
        event(events.ContactWrapped, 130_000),
    )

    assert panes[("sales", "voice", 120_000)] == {
        Cell.HANDLED: 1,
        Cell.TALK: 53_000,
        Cell.HOLD: 7_000,
        Cell.WRAP: 30_000,
        Cell.WRAP_TOLD: 1,
        Cell.HELD: 1,
        Histogram.HANDLE_TIME + 180: 1,
    }


def test_a_late_wrap_up_moves_handle_time_to_its_own_pane() -> None:
    history = [OFFERED, event(events.ContactAnswered, 40_000), event(events.ContactEnded, 100_000)]

    assert ("sales", "voice", 60_000) in panes_of(*history)
    assert ("sales", "voice", 60_000) not in panes_of(
        *history, event(events.ContactWrapped, 130_000)
    )


def test_a_hold_without_resume_lasts_until_the_end() -> None:
    panes = panes_of(
        OFFERED,
        event(events.ContactAnswered, 40_000),
        event(events.ContactHeld, 45_000),
        event(events.ContactEnded, 50_000),
    )

    assert panes[("sales", "voice", 0)][Cell.HOLD] == 5_000
    assert panes[("sales", "voice", 0)][Cell.TALK] == 5_000


def test_a_transferred_contact_counts_as_transferred_when_handled() -> None:
    panes = panes_of(
        OFFERED,
        event(events.ContactAnswered, 31_000),
        event(events.ContactTransferred, 35_000),
        event(events.ContactEnded, 36_000),
    )

    assert panes[("sales", "voice", 0)][Cell.TRANSFERRED] == 1


def answered_survey(at: int, **fields: object) -> AnyEvent:
    return event(
        events.SurveyAnswered,
        at,
        **{
            "survey": "s",
            "kind": "csat",
            "score": 4.0,
            "best": 5.0,
            "worst": 1.0,
            "contact": "c1",
            **fields,
        },
    )


def test_a_survey_counts_when_submitted_and_again_at_the_contacts_own_time() -> None:
    panes = panes_of(OFFERED, answered_survey(200_000))

    assert panes[("sales", "voice", 180_000)] == {
        Cell.SURVEY_OFFERED: 1,
        Cell.CSAT_COUNT: 1,
        Cell.CSAT_SUM: 4_000,
        Histogram.CSAT + 750: 1,
    }
    assert panes[("sales", "voice", 0)][Cell.CONTACT_CSAT_SUM] == 4_000
    assert panes[("sales", "voice", 0)][Histogram.CONTACT_CSAT + 750] == 1


def test_a_survey_that_knows_only_its_contact_waits_for_the_queue() -> None:
    assert panes_of(answered_survey(200_000)) == {}


def test_a_survey_on_a_scale_where_one_is_best_is_turned_round() -> None:
    panes = panes_of(OFFERED, answered_survey(200_000, score=1.0, best=1.0, worst=6.0))

    assert panes[("sales", "voice", 180_000)][Histogram.CSAT + 1000] == 1


def test_first_contact_resolution_counts_the_better_half_of_its_scale() -> None:
    resolved = answered_survey(200_000, kind="fcr", score=1.0, best=1.0, worst=0.0)

    assert panes_of(OFFERED, resolved)[("sales", "voice", 180_000)][Cell.FCR_RESOLVED] == 1


def test_a_rescored_evaluation_replaces_the_former() -> None:
    first = event(events.QaScored, 200_000, evaluation="e", contact="c1", score=60.0, passed=False)
    second = event(events.QaScored, 300_000, evaluation="e", contact="c1", score=90.0, passed=True)
    panes = panes_of(OFFERED, second, first)

    assert ("sales", "voice", 180_000) not in panes
    judged: Cells = {Cell.QA_COUNT: 1, Cell.QA_SUM: 90_000, Cell.QA_JUDGED: 1, Cell.QA_PASSED: 1}
    assert panes[("sales", "voice", 300_000)] == {**judged, Histogram.QA_SCORE + 900: 1}


def test_an_evaluation_with_a_fatal_error_has_no_points_that_could_pass() -> None:
    panes = panes_of(
        OFFERED,
        event(events.QaScored, 200_000, evaluation="e", contact="c1", score=96.0, fatal=True),
    )

    counts: Cells = {Cell.QA_COUNT: 1, Cell.QA_SUM: 96_000, Cell.QA_FATAL: 1}
    assert panes[("sales", "voice", 180_000)] == {**counts, Histogram.QA_SCORE + FATAL: 1}


def test_a_retraction_takes_the_score_back() -> None:
    scored = event(events.QaScored, 200_000, evaluation="e", contact="c1", score=60.0)
    retracted = event(events.QaRetracted, 300_000, evaluation="e", contact="c1")

    assert panes_of(OFFERED, retracted, scored) == panes_of(OFFERED)


def test_calibration_scores_stand_apart() -> None:
    panes = panes_of(
        OFFERED,
        event(events.QaScored, 200_000, evaluation="e", contact="c1", score=60.0, calibration=True),
    )

    assert panes[("sales", "voice", 180_000)] == {
        Cell.QA_CALIBRATION_COUNT: 1,
        Cell.QA_CALIBRATION_SUM: 60_000,
    }


def test_a_complaint_counts_when_received_with_its_latest_severity_and_verdict() -> None:
    panes = panes_of(
        OFFERED,
        event(events.ComplaintOpened, 400_000, complaint="k", contact="c1", severity="normal"),
        event(
            events.ComplaintClosed,
            900_000,
            complaint="k",
            contact="c1",
            severity="high",
            liable=True,
        ),
    )

    assert panes[("sales", "voice", 360_000)] == {
        Cell.COMPLAINTS_HIGH: 1,
        Cell.COMPLAINTS_JUDGED: 1,
        Cell.COMPLAINTS_LIABLE: 1,
        Cell.COMPLAINTS_CLOSED: 1,
        Histogram.COMPLAINT_CLOSING + 1: 1,
    }


def test_a_complaint_stands_by_the_hours_to_its_last_closing_and_not_once_it_was_opened_again() -> (
    None
):
    opened = event(events.ComplaintOpened, 0, complaint="k", queue="sales")
    closed = event(events.ComplaintClosed, 24 * HOUR, complaint="k", queue="sales")
    later = event(events.ComplaintClosed, 24 * HOUR + 1, complaint="k", queue="sales")
    again = event(events.ComplaintOpened, 25 * HOUR, complaint="k", queue="sales")

    assert closing(closed, opened) == {48: 1}
    assert closing(closed, opened, later) == {49: 1}
    assert closing(closed, opened, again) == {}
    assert closing(closed) == {}


def closing(*history: AnyEvent) -> Cells:
    cells = panes_of(*history).get(("sales", "voice", 0), {})
    return {
        code - Histogram.COMPLAINT_CLOSING: number
        for code, number in cells.items()
        if code >= Histogram.COMPLAINT_CLOSING
    }


def test_a_complaint_that_names_its_queue_counts_without_a_contact() -> None:
    panes = panes_of(event(events.ComplaintOpened, 400_000, complaint="k", queue="service"))

    assert panes == {("service", "voice", 360_000): {Cell.COMPLAINTS_NORMAL: 1}}
