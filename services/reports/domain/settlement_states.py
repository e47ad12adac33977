"""The states of a settlement and of a credit note, and who may lead from one to the next.

    settle ──► draft ──issue──► issued ──agree──► agreed
                 ▲ │               │                ▲
                 └─┘ settle again  └─dispute─► disputed ─agree─┘

A draft is replaced when it is settled again. From `issued` on nothing of it ever changes: what
differs later becomes a credit note, which goes through the same states.
"""

from enum import StrEnum

import msgspec


class SettlementState(StrEnum):
    """How far a settlement has come."""

    DRAFT = "draft"
    ISSUED = "issued"
    DISPUTED = "disputed"
    AGREED = "agreed"


class SettlementAct(StrEnum):
    """What somebody does with a settlement."""

    ISSUE = "issue"
    DISPUTE = "dispute"
    AGREE = "agree"


class NotPossible(msgspec.Struct, frozen=True):
    """Why an act leads nowhere: what the settlement is, and what the act needs."""

    state: SettlementState
    act: SettlementAct

    def __str__(self) -> str:
        possible = [act.value for act, states in _FROM.items() if self.state in states]
        then = " or ".join(possible) if possible else "nothing: it is final"
        return f"a settlement that is {self.state} cannot take `{self.act}`; it can take {then}"


_FROM: dict[SettlementAct, frozenset[SettlementState]] = {
    SettlementAct.ISSUE: frozenset({SettlementState.DRAFT}),
    SettlementAct.DISPUTE: frozenset({SettlementState.ISSUED}),
    SettlementAct.AGREE: frozenset({SettlementState.ISSUED, SettlementState.DISPUTED}),
}
_TO: dict[SettlementAct, SettlementState] = {
    SettlementAct.ISSUE: SettlementState.ISSUED,
    SettlementAct.DISPUTE: SettlementState.DISPUTED,
    SettlementAct.AGREE: SettlementState.AGREED,
}


def acted(state: SettlementState, act: SettlementAct) -> SettlementState | NotPossible:
    """The state after an act, or why there is none."""
    return _TO[act] if state in _FROM[act] else NotPossible(state, act)
