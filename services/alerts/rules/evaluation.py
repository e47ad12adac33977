"""What one evaluation did."""

from collections import Counter
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field

from floorpulse.alerts.domain.alert import Step, Transition
from floorpulse.alerts.domain.alert_states import INACTIVE, AlertState
from floorpulse.alerts.domain.incidents import Subject
from floorpulse.alerts.domain.judgement import Judgement
from floorpulse.alerts.domain.reasons import Reason
from floorpulse.alerts.rules.watched import WatchedAlert

States = MutableMapping[Subject, AlertState]
"""Where alerts stand; those that are not there are inactive"""
Seen = Callable[[WatchedAlert, Judgement, int], None]
"""Hears of every judgement, and when it was"""


@dataclass
class Evaluation:
    """How alerts changed, and all judgements that were made."""

    transitions: list[Transition] = field(default_factory=list)
    states: dict[Subject, AlertState] = field(default_factory=dict)
    judgements: list[Judgement] = field(default_factory=list)

    @property
    def judged(self) -> int:
        """How many alerts were judged."""
        return len(self.judgements)

    @property
    def reasons(self) -> Mapping[Reason, int]:
        """How many alerts were judged so, by reason."""
        return Counter(judgement.reason for judgement in self.judgements)

    def keep(self, states: States, subject: Subject, step: Step) -> None:
        """Note how an alert advanced, here and where alerts stand."""
        after, transition = step
        if transition is not None:
            self.transitions.append(transition)
        if after == states.get(subject, INACTIVE):
            return
        self.states[subject] = after
        if after == INACTIVE:
            del states[subject]
        else:
            states[subject] = after
