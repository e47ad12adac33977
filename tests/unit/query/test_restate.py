"""Figures restated under another definition."""

import pytest

from floorpulse.figures.restate import Restatement
from floorpulse.kpis.policies import DEFAULT_POLICY, Formula


def test_saying_nothing_keeps_the_definition_and_its_name() -> None:
    assert Restatement().of(DEFAULT_POLICY) is DEFAULT_POLICY


@pytest.mark.parametrize(
    ("restatement", "name"),
    [
        (Restatement(Formula.V3, 20, "le", 5), "adhoc:V3,20,le,5"),
        (Restatement(threshold=30, boundary="lt"), "adhoc:V5,30,lt,5"),
        (
            Restatement(flow_outs=True, waiting_past_threshold=False),
            "adhoc:V5,20,le,5,flow_outs,without_waiting",
        ),
        (Restatement(Formula.V3, 0), "adhoc:V3,0,le,5"),
    ],
)
def test_a_restated_definition_names_what_it_is(restatement: Restatement, name: str) -> None:
    assert restatement.of(DEFAULT_POLICY).name == name


@pytest.mark.parametrize(
    ("restatement", "says"),
    [
        (Restatement(threshold=2_419_201), "threshold=2419201 is outside 0 to 2419200"),
        (Restatement(short=-1), "short=-1 is outside"),
        (Restatement(threshold=5), "short=5 must be below threshold=5"),
        (Restatement(Formula.V6, short=20), "short=20 must be below threshold=20"),
    ],
)
def test_nonsense_is_refused_with_what_to_do(restatement: Restatement, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        restatement.of(DEFAULT_POLICY)
