"""The life of an alert: what a rule's judgements of one subject make of it as time passes.

judgement   clear │ breach      │ unknown   │ breach │ between  │ clear        │
alert       inactive │ pending ─┼─(stands)──┼────────► firing ──┼──────────────► inactive
                     ├── for ───┤           ├── for ─┤          ├ keep_firing_for ┤
told                                                 fire                      resolve

Time in which nothing is known counts for nothing: `for` and `keep_firing_for` stand still in it and
go on behind it, and neither fires nor resolves anything meanwhile. `min_breaches` and `min_clears`
count the minutes that a run touches, so that it makes no difference how often somebody looks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from msgspec.structs import replace

from floorpulse.alerts.domain.alert_rule import AlertRule
from floorpulse.alerts.domain.alert_states import (
    INACTIVE,
    AlertState,
    Firing,
    Inactive,
    Pending,
)
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.flapping import forgotten_at, noted, settled, steady_at
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.judgement import Call, Judgement
from floorpulse.alerts.domain.reasons import Reason

TOLD_EVERY = 60_000
"""Milliseconds between two words about a figure that gets worse and worse"""


class TransitionKind(StrEnum):
    """What a transition asks of whoever keeps incidents."""

    FIRE = "fire"
    UPDATE = "update"
    """The figure got worse, or the alert began or ceased to flap: stored, told to nobody"""
    RESOLVE = "resolve"


@dataclass(frozen=True)
class Transition:
    """An alert changed at `at`; without a figure where none is known. `flapping` says whether it
    flaps from then on.
    """

    subject: Subject
    version: str
    reason: Reason
    figure: Figure | None
    at: int
    kind: TransitionKind
    flapping: bool = False


P = TypeVar("P", Pending, Firing)
Step = tuple[AlertState, Transition | None]
"""Where an alert stands, and what came of it"""


@dataclass(frozen=True)
class EvaluationBatch:
    """What one evaluation changed: transitions in their order, and where the alerts that changed
    stand now (`INACTIVE`: nothing need be remembered). Belongs into one transaction.
    """

    transitions: Sequence[Transition]
    states: Mapping[Subject, AlertState]


def advance(
    rule: AlertRule,
    subject: Subject,
    state: AlertState,
    judgement: Judgement,
    at: int,
    *,
    is_open: bool = True,
) -> Step:
    """Where an alert stands at `at` under a judgement of then.

    `is_open`: the rule's calendar is open; closing hours end a pending alert and resolve a firing
    one, whatever is known.
    """
    if not is_open:
        return _ended(rule, subject, state, judgement.figure, Reason.CLOSED, at)
    if judgement.call is Call.UNKNOWN:
        return _frozen(state, at), None
    match state:
        case Inactive():
            return _inactive(rule, subject, state, judgement, at)
        case Pending():
            return _pending(rule, subject, _thawed(state, at), judgement, at)
        case Firing():  # pragma: no branch  there is no fourth
            return _firing(rule, subject, _thawed(state, at), judgement, at)


def withdrawn(rule: AlertRule, subject: Subject, state: AlertState, at: int) -> Step:
    """Where an alert stands whose rule is no longer there, or no longer watches its subject."""
    return _ended(rule, subject, state, None, Reason.RULE_CHANGED, at)


def due(rule: AlertRule, state: AlertState, judgement: Judgement) -> int | None:
    """From when on the same judgement changes something; None: never."""
    match state:
        case Inactive():
            is_known = judgement.call is not Call.UNKNOWN
            return forgotten_at(state.flaps) if is_known else None
        case Pending():
            return None if state.unknown_since is not None else rule.fires_at(state.since)
        case Firing():  # pragma: no branch  there is no fourth
            return _firing_due(rule, state, judgement)


def _firing_due(rule: AlertRule, state: Firing, judgement: Judgement) -> int | None:
    if state.unknown_since is not None:
        return None
    worse = judgement.call is Call.BREACH and judgement.depth > state.depth
    some = (
        None if state.clear_since is None else rule.resolves_at(state.clear_since),
        state.told_at + TOLD_EVERY if worse else None,
        steady_at(state.flaps),
    )
    return min((one for one in some if one is not None), default=None)


# ------------------------------------------------------------- what is not known


def _frozen(state: AlertState, at: int) -> AlertState:
    if isinstance(state, Inactive) or state.unknown_since is not None:
        return state
    return replace(state, unknown_since=at)


def _thawed(state: P, at: int) -> P:
    """With what was not known taken out of the runs that are counted."""
    if state.unknown_since is None:
        return state
    gap = max(0, at - state.unknown_since)
    if isinstance(state, Pending):
        return replace(state, since=state.since + gap, unknown_since=None)
    clear = None if state.clear_since is None else state.clear_since + gap
    return replace(state, clear_since=clear, unknown_since=None)


# ------------------------------------------------------------- what is known


def _inactive(
    rule: AlertRule, subject: Subject, state: Inactive, judgement: Judgement, at: int
) -> Step:
    if judgement.call is not Call.BREACH:
        return _remembering(state, at), None
    begun = Pending(since=at, condition=rule.condition, flaps=state.flaps)
    return _pending(rule, subject, begun, judgement, at)


def _remembering(state: Inactive, at: int) -> Inactive:
    """Without its last changes once they are long ago."""
    until = forgotten_at(state.flaps)
    return state if until is None or at < until else INACTIVE


def _pending(
    rule: AlertRule, subject: Subject, state: Pending, judgement: Judgement, at: int
) -> Step:
    """A breach under another condition is another breach: it has only begun."""
    if judgement.call is not Call.BREACH:
        return _remembering(Inactive(state.flaps), at), None
    if state.condition != rule.condition:
        state = replace(state, since=at, condition=rule.condition)
    if at < rule.fires_at(state.since):
        return state, None
    flaps = noted(state.flaps, fires=True, at=at)
    firing = Firing(
        since=at, condition=rule.condition, depth=judgement.depth, told_at=at, flaps=flaps
    )
    reason = Reason.HELD if rule.waits else Reason.BREACHED
    return firing, Transition(
        subject, rule.version, reason, judgement.figure, at, TransitionKind.FIRE, flaps.flapping
    )


def _firing(
    rule: AlertRule, subject: Subject, state: Firing, judgement: Judgement, at: int
) -> Step:
    """Only what is clear for long enough resolves; under a changed condition all that is no breach,
    at once.
    """
    if state.condition != rule.condition and judgement.call is not Call.BREACH:
        return _ended(rule, subject, state, judgement.figure, Reason.RULE_CHANGED, at)
    state = replace(state, condition=rule.condition)
    if judgement.call is not Call.CLEAR:
        return _worse(rule, subject, replace(state, clear_since=None), judgement, at)
    since = at if state.clear_since is None else state.clear_since
    if at >= rule.resolves_at(since):
        return _ended(rule, subject, state, judgement.figure, Reason.CLEARED, at)
    return _steadied(rule, subject, replace(state, clear_since=since), judgement, at)


def _worse(rule: AlertRule, subject: Subject, state: Firing, judgement: Judgement, at: int) -> Step:
    """Tell of a figure that is worse than the one told last, but not every second."""
    worse = judgement.call is Call.BREACH and judgement.depth > state.depth
    if not worse or at < state.told_at + TOLD_EVERY:
        return _steadied(rule, subject, state, judgement, at)
    flaps = settled(state.flaps, at)
    return replace(state, depth=judgement.depth, told_at=at, flaps=flaps), Transition(
        subject,
        rule.version,
        Reason.BREACHED,
        judgement.figure,
        at,
        TransitionKind.UPDATE,
        flaps.flapping,
    )


def _steadied(
    rule: AlertRule, subject: Subject, state: Firing, judgement: Judgement, at: int
) -> Step:
    """Tell that an alert flaps no more."""
    until = steady_at(state.flaps)
    if until is None or at < until:
        return state, None
    return replace(state, flaps=settled(state.flaps, at)), Transition(
        subject, rule.version, Reason.STEADY, judgement.figure, at, TransitionKind.UPDATE
    )


def _ended(
    rule: AlertRule,
    subject: Subject,
    state: AlertState,
    figure: Figure | None,
    reason: Reason,
    at: int,
) -> Step:
    match state:
        case Inactive():
            return _remembering(state, at), None
        case Pending():
            return _remembering(Inactive(state.flaps), at), None
        case Firing():  # pragma: no branch  there is no fourth
            flaps = noted(state.flaps, fires=False, at=at)
            return Inactive(flaps), Transition(
                subject, rule.version, reason, figure, at, TransitionKind.RESOLVE, flaps.flapping
            )
