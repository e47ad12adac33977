"""What is a correction, and what merely arrives."""

from floorpulse.contracts.cells import Cell, Cells
from floorpulse.counting.families import Family
from floorpulse.counting.finality import FINAL
from floorpulse.kpi_engine.rollup.correction import (
    FILLING,
    Judgement,
    QuarterStatus,
    StoredRollup,
    judge,
)

NOW = 1_794_312_000_000
OFFERED: Cells = {Cell.OFFERED: 1}
MORE: Cells = {Cell.OFFERED: 2}
RATED: Cells = {Cell.OFFERED: 1, Cell.CONTACT_QA_COUNT: 1}
IN_PASSING = QuarterStatus(shown=Family(0), known=True, now=FINAL)
BEHIND = QuarterStatus(shown=FINAL, known=True, now=FINAL)
BEFORE_ITS_TIME = QuarterStatus(shown=FINAL, known=False, now=FINAL)


def test_what_is_met_in_passing_corrects_nothing() -> None:
    assert judge(None, OFFERED, IN_PASSING, NOW) == Judgement()


def test_zero_that_was_shown_is_corrected() -> None:
    assert judge(None, OFFERED, BEHIND, NOW).change == ({}, OFFERED)


def test_what_came_before_the_queue_arrives() -> None:
    assert judge(None, OFFERED, BEFORE_ITS_TIME, NOW) == Judgement(filled_at=NOW)


def test_it_goes_on_arriving_until_nothing_came_for_a_while() -> None:
    arrived = StoredRollup(FINAL, 1, OFFERED, NOW)

    assert judge(arrived, MORE, BEFORE_ITS_TIME, NOW + FILLING - 1) == Judgement(
        filled_at=NOW + FILLING - 1
    )
    assert judge(arrived, OFFERED, BEFORE_ITS_TIME, NOW + 5) == Judgement(filled_at=NOW)
    assert judge(arrived, MORE, BEFORE_ITS_TIME, NOW + FILLING) == Judgement(change=(OFFERED, MORE))


def test_what_arrived_too_early_for_its_quarter_is_settled_in_passing() -> None:
    assert (
        judge(StoredRollup(Family.COMPLETION, 1, OFFERED, NOW), MORE, IN_PASSING, NOW + 5)
        == Judgement()
    )


def test_only_final_families_count_and_what_matures_never() -> None:
    assert judge(StoredRollup(FINAL, 1, OFFERED, None), RATED, BEHIND, NOW) == Judgement()
    assert (
        judge(StoredRollup(Family.COMPLETION, 1, OFFERED, None), MORE, IN_PASSING, NOW)
        == Judgement()
    )
    assert judge(StoredRollup(FINAL, 1, OFFERED, None), MORE, BEHIND, NOW).change == (OFFERED, MORE)
