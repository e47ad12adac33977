"""What can be done with a settlement in which state."""

import pytest

from floorpulse.reports.domain.settlement_states import (
    NotPossible,
    SettlementAct,
    SettlementState,
    acted,
)

DRAFT, ISSUED, DISPUTED, AGREED = SettlementState
ISSUE, DISPUTE, AGREE = SettlementAct


@pytest.mark.parametrize(
    ("state", "act", "after"),
    [
        (DRAFT, ISSUE, ISSUED),
        (ISSUED, DISPUTE, DISPUTED),
        (ISSUED, AGREE, AGREED),
        (DISPUTED, AGREE, AGREED),
    ],
)
def test_a_settlement_goes_from_state_to_state(
    state: SettlementState, act: SettlementAct, after: SettlementState
) -> None:
    assert acted(state, act) is after


@pytest.mark.parametrize(
    ("state", "act"),
    [
        (DRAFT, AGREE),
        (DRAFT, DISPUTE),
        (ISSUED, ISSUE),
        (DISPUTED, DISPUTE),
        (DISPUTED, ISSUE),
        (AGREED, DISPUTE),
    ],
)
def test_what_was_issued_is_never_issued_again_nor_an_agreement_disputed(
    state: SettlementState, act: SettlementAct
) -> None:
    assert acted(state, act) == NotPossible(state, act)


def test_what_is_not_possible_says_what_is() -> None:
    assert str(NotPossible(ISSUED, ISSUE)) == (
        "a settlement that is issued cannot take `issue`; it can take dispute or agree"
    )
    assert str(NotPossible(AGREED, DISPUTE)).endswith("it can take nothing: it is final")
