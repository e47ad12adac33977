"""What a rule would have made of one subject: when it would have fired and resolved, and what kept
it from firing the rest of the time.

judgement   clear   │ too few │ breach   │ breach │ clear   │ unknown
shown as    quiet   │ quiet   │ pending  │ firing │ quiet   │ unknown
kept by     cleared │ too_few │ breached │        │ cleared │ stale
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf
from typing import NamedTuple

from floorpulse.alerts.domain.alert import Transition, TransitionKind
from floorpulse.alerts.domain.alert_states import INACTIVE, AlertState, Firing, Inactive, Pending
from floorpulse.alerts.domain.figures import Figure
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.judgement import Call, Judgement
from floorpulse.alerts.domain.reasons import Reason


class ShownAs(StrEnum):
    """How an alert stands, for those who look at a timeline."""

    QUIET = "quiet"
    PENDING = "pending"
    FIRING = "firing"
    UNKNOWN = "unknown"
    """Nothing is known that could decide: what was pending stands still"""
    CLOSED = "closed"
    """The rule's calendar is closed"""


class Stretch(NamedTuple):
    """The alert stood so in [begin, end), epoch milliseconds."""

    begin: int
    end: int
    shown_as: ShownAs


@dataclass(frozen=True)
class ReplayedFiring:
    """One time that the alert would have fired; `worst` is its worst figure.

    `resolved_at` and `resolved_by` are None where it still fired at the end.
    """

    fired_at: int
    reason: Reason
    figure: Figure | None
    worst: Figure | None
    resolved_at: int | None = None
    resolved_by: Reason | None = None
    last: Figure | None = None


class ReplayedAlert:
    """A rule and one subject, followed in the order of time: at each instant `reach` it, then hear
    what was `told`, then `look`.

    `kept_by` holds, in milliseconds, for how long each reason kept it from firing; `not_held` how
    often a breach was over before it had lasted long enough.
    """

    def __init__(self, subject: Subject, begin: int) -> None:
        self.subject = subject
        self.firings: list[ReplayedFiring] = []
        self.stretches: list[Stretch] = []
        self.kept_by: defaultdict[Reason, int] = defaultdict(int)
        self.not_held = 0
        self._state: AlertState = INACTIVE
        self._depth = -inf
        self._at = begin
        self._last: tuple[ShownAs, Reason] | None = None

    def told(self, transition: Transition) -> None:
        """It fired, got worse or resolved."""
        if transition.kind is TransitionKind.FIRE:
            figure = transition.figure
            self._depth = -inf
            self.firings.append(ReplayedFiring(transition.at, transition.reason, figure, figure))
        elif transition.kind is TransitionKind.RESOLVE:
            self.firings[-1] = replace(
                self.firings[-1],
                resolved_at=transition.at,
                resolved_by=transition.reason,
                last=transition.figure,
            )

    def look(self, judgement: Judgement, state: AlertState, *, is_open: bool) -> None:
        """It was judged so and stands so since."""
        given_up = isinstance(self._state, Pending) and isinstance(state, Inactive)
        self.not_held += given_up and is_open
        self._state = state
        reason = judgement.reason if is_open else Reason.CLOSED
        self._last = _shown_as(state, judgement, is_open=is_open), reason
        worse = judgement.call is Call.BREACH and judgement.depth > self._depth
        if worse and isinstance(state, Firing):
            self._depth = judgement.depth
            self.firings[-1] = replace(self.firings[-1], worst=judgement.figure)

    def reach(self, at: int) -> None:
        """Time passed up to `at`, and nothing was judged anew."""
        if self._last is not None and at > self._at:
            shown_as, reason = self._last
            if shown_as is not ShownAs.FIRING:
                self.kept_by[reason] += at - self._at
            self._stretch(Stretch(self._at, at, shown_as))
        self._at = at

    def _stretch(self, new: Stretch) -> None:
        last = self.stretches[-1] if self.stretches else None
        if last is not None and (last.end, last.shown_as) == (new.begin, new.shown_as):
            self.stretches[-1] = last._replace(end=new.end)
        else:
            self.stretches.append(new)


def _shown_as(state: AlertState, judgement: Judgement, *, is_open: bool) -> ShownAs:
    if not is_open:
        return ShownAs.CLOSED
    if isinstance(state, Firing):
        return ShownAs.FIRING
    if judgement.call is Call.UNKNOWN:
        return ShownAs.UNKNOWN
    return ShownAs.PENDING if isinstance(state, Pending) else ShownAs.QUIET


def lasted(firings: Sequence[ReplayedFiring], end: int) -> int:
    """How long they fired together, up to `end`, milliseconds."""
    ends = (end if one.resolved_at is None else one.resolved_at for one in firings)
    return sum(until - one.fired_at for one, until in zip(firings, ends, strict=True))
