"""Definitions: how counts become figures. The engine never sees them, so any figure can be
restated.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from functools import cached_property
from typing import Literal

from floorpulse.counting.histograms import EXACT_SECONDS, Boundary

Clock = Literal["wall", "calendar"]
"""How a wait runs: all the time, or only in the business hours of the queue"""
LONGEST_THRESHOLD = 28 * 86_400
"""Seconds that a threshold may say at most"""


class Formula(StrEnum):
    """The six service-level formulas; AN answered, AB abandoned, ≤T within threshold, ≤S short.

    V1 (AN≤T + AB≤T) / (AN + AB) · V2 AN≤T / AN · V3 AN≤T / (AN + AB) · V4 AN≤T / (AN + AB − AB≤T)
    · V5 AN≤T / (AN + AB − AB≤S) · V6 (AN≤T + AB≤S) / (AN + AB)
    """

    V1 = "V1"
    V2 = "V2"
    V3 = "V3"
    V4 = "V4"
    V5 = "V5"
    V6 = "V6"


OF_EARLY = frozenset((Formula.V1, Formula.V4))
"""Formulas that look at those who gave up within T"""
OF_SHORT = frozenset((Formula.V5, Formula.V6))
"""Formulas that look at those who gave up within S, which is shorter than T"""


@dataclass(frozen=True)
class CsatPolicy:
    """Who counts as satisfied: from `satisfied` on, a share of the way from worst to best; 0.75 is
    4 and 5 of 1 to 5 (top two boxes).
    """

    name: str = "default@1"
    satisfied: float = 0.75


@dataclass(frozen=True)
class QaPolicy:
    """Which evaluations pass: those of `pass_mark` points or more without a fatal error; None: as
    the evaluators said.
    """

    name: str = "default@1"
    pass_mark: float | None = None


@dataclass(frozen=True)
class ServiceLevelPolicy:
    """What counts as answered in time, and with it the policies of satisfaction and quality that
    hold where it does.

    `threshold` (T) and `short` (S) are whole seconds from the offer, by the `clock`; `boundary`
    says whether a wait of exactly T (or S) is within; `flow_outs` adds visits that left by another
    door to the denominator; `waiting_past_threshold` counts a visit still waiting beyond T as
    missed. `target` is the promised ratio. `patience` is how many seconds customers wait on average
    before they give up, which the agents required and the projection reckon with; two minutes is
    common where nobody has measured it.
    """

    name: str = "default@1"
    formula: Formula = Formula.V5
    threshold: int = 20
    short: int = 5
    boundary: Boundary = "le"
    flow_outs: bool = False
    waiting_past_threshold: bool = True
    target: float = 0.8
    patience: int = 120
    csat: CsatPolicy = CsatPolicy()
    qa: QaPolicy = QaPolicy()
    clock: Clock = "wall"

    @cached_property
    def by_visits(self) -> bool:
        """Whether panes cannot tell who was in time: they know waits by the wall clock, exact to
        the second up to an hour. The visits themselves can.
        """
        return self.clock == "calendar" or max(self.threshold, self.short) > EXACT_SECONDS


DEFAULT_POLICY = ServiceLevelPolicy()


class Policy(Enum):
    """The policies that a KPI may depend on."""

    SERVICE_LEVEL = auto()
    CSAT = auto()
    QA = auto()

    def name_in(self, policy: ServiceLevelPolicy) -> str:
        """The name of the definition that this policy has, where a service-level policy holds."""
        match self:
            case Policy.SERVICE_LEVEL:
                return policy.name
            case Policy.CSAT:
                return policy.csat.name
            case Policy.QA:  # pragma: no branch  mypy knows that no fourth is left
                return policy.qa.name
