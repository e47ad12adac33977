"""What a share's whole cannot exceed, and that the part of a service level only grows with cells:
rules leave shares alone by that.
"""

import random
from dataclasses import replace

import pytest

from floorpulse.contracts.cells import LEFT, Cell, Cells, Histogram, add
from floorpulse.counting.histograms import span_bucket
from floorpulse.kpis.catalogue import OVER_SPANS
from floorpulse.kpis.figures import SpanFigures
from floorpulse.kpis.policies import DEFAULT_POLICY, Formula

SHARES = [kpi for kpi in OVER_SPANS.values() if kpi.whole_at_most is not None]


def some_contacts(dice: random.Random) -> Cells:
    """Cells of a few contacts and the surveys about them."""
    cells: Cells = {}
    for _ in range(dice.randrange(6)):
        wait = span_bucket(dice.randrange(60_000))
        score = Histogram.CSAT + dice.choice([0, 250, 750, 1000])
        of_contact = Histogram.CONTACT_CSAT + dice.choice([0, 1000])
        add(
            cells,
            dice.choice(
                [
                    {Cell.ANSWERED: 1, Histogram.ANSWERED_WAIT + wait: 1},
                    {Cell.ABANDONED: 1, Histogram.ABANDONED_WAIT + wait: 1},
                    {dice.choice(list(LEFT.values())): 1},
                    {Cell.CSAT_COUNT: 1, score: 1},
                    {Cell.CONTACT_CSAT_COUNT: 1, of_contact: 1},
                ]
            ),
        )
    return cells


def test_shares_that_tell_their_whole_are_known() -> None:
    assert {"service_level", "service_level:V1", "csat", "csat:contact"} <= {
        kpi.id for kpi in SHARES
    }


@pytest.mark.parametrize("kpi", SHARES, ids=lambda kpi: kpi.id)
@pytest.mark.parametrize("formula", list(Formula))
@pytest.mark.parametrize("counted", [True, False])
def test_the_whole_is_no_larger_and_the_part_only_grows(
    kpi: object, formula: Formula, *, counted: bool
) -> None:
    assert kpi in SHARES
    share = SHARES[SHARES.index(kpi)]
    policy = replace(
        DEFAULT_POLICY, formula=formula, flow_outs=counted, waiting_past_threshold=counted
    )
    dice = random.Random(5)
    for _ in range(40):
        cells = some_contacts(dice)
        parts: list[float] = []
        for _ in range(4):
            waits = tuple(dice.randrange(40_000) for _ in range(dice.randrange(3)))
            figures = SpanFigures(dict(cells), waits, unresolved=dice.randrange(2))
            value = share.measure(figures, policy)
            assert share.whole_at_most is not None
            assert (value.denominator or 0) <= share.whole_at_most(figures, policy)
            parts.append(value.numerator or 0)
            add(cells, some_contacts(dice))
        assert parts == sorted(parts)
