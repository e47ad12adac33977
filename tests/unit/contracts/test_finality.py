"""When figures become final: by the lowest watermark, family by family."""

from floorpulse.contracts.cells import BUCKETS, Cell, Cells, Histogram
from floorpulse.counting.families import Family, family_of
from floorpulse.counting.finality import FINAL, LATENESS, families_at, passed
from floorpulse.counting.grains import QUARTER
from floorpulse.counting.histograms import SCORE_STEPS
from floorpulse.kpis.catalogue import OVER_SPANS
from floorpulse.kpis.figures import SpanFigures
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.policies import DEFAULT_POLICY

MINUTE = 60_000
NOON = 1_794_312_000_000


def everything() -> Cells:
    """Cells in which every KPI has a value that each of its cells moves."""
    cells: Cells = {cell.value: 1000 + 7 * number for number, cell in enumerate(Cell)} | {
        Cell.HANDLED: 5000
    }
    for histogram in Histogram:
        cells |= {histogram + index: 3 for index in (0, 8, 600, SCORE_STEPS) if index < BUCKETS}
    return cells


def test_completions_come_before_offers_and_nothing_without_a_watermark() -> None:
    assert families_at(None, NOON) == Family(0)
    assert families_at(NOON + 2 * MINUTE - 1, NOON) == Family(0)
    assert families_at(NOON + 2 * MINUTE, NOON) == Family.COMPLETION
    assert families_at(NOON + 15 * MINUTE, NOON) == FINAL


def test_a_quarter_is_passed_exactly_when_its_family_is_final() -> None:
    for family in LATENESS:
        for watermark in range(NOON, NOON + 40 * MINUTE, 30_000):
            end = passed(watermark, family)
            assert family in families_at(watermark, end)
            assert family not in families_at(watermark, end + QUARTER)


def test_the_families_of_a_kpi_are_those_of_the_cells_that_move_it() -> None:
    cells = everything()
    counted = (one for one in OVER_SPANS.values() if not one.needs & (Need.AGENT_TIME | Need.PLAN))
    for kpi in counted:
        plain = kpi.measure(SpanFigures(cells), DEFAULT_POLICY)
        moved = Family(0)
        for code in cells:
            for change in (1, 10_000):
                if (
                    kpi.measure(SpanFigures({**cells, code: cells[code] + change}), DEFAULT_POLICY)
                    != plain
                ):
                    moved |= family_of(code)
        assert moved == kpi.family, kpi.id


def test_before_the_first_event_no_quarter_has_passed() -> None:
    assert passed(None, Family.OFFER) == 0
