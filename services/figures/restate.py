"""Definitions in force, and figures restated under another:
`formula=V3&threshold=20&boundary=le&short=5`.
"""

from dataclasses import dataclass, replace

from floorpulse.counting.histograms import EXACT_SECONDS, Boundary
from floorpulse.kpis.policies import LONGEST_THRESHOLD, OF_SHORT, Clock, Formula, ServiceLevelPolicy


@dataclass(frozen=True)
class Restatement:
    """What a question says differently; None keeps the definition's own. Seconds are whole."""

    formula: Formula | None = None
    threshold: int | None = None
    boundary: Boundary | None = None
    short: int | None = None
    flow_outs: bool | None = None
    waiting_past_threshold: bool | None = None
    clock: Clock | None = None

    @property
    def by_visits(self) -> bool:
        """Whether only the visits tell who was in time, whatever the policy says."""
        seconds = max(self.threshold or 0, self.short or 0)
        return self.clock == "calendar" or seconds > EXACT_SECONDS

    def of(self, policy: ServiceLevelPolicy) -> ServiceLevelPolicy:
        """The policy restated and named ad hoc; the policy itself where nothing is said. ValueError
        on nonsense.
        """
        said = {name: value for name, value in vars(self).items() if value is not None}
        if not said:
            return policy
        restated = replace(policy, **said)
        _check(restated)
        return replace(restated, name=ad_hoc_name(restated))


def _check(policy: ServiceLevelPolicy) -> None:
    for name, seconds in (("threshold", policy.threshold), ("short", policy.short)):
        if not 0 <= seconds <= LONGEST_THRESHOLD:
            message = f"{name}={seconds} is outside 0 to {LONGEST_THRESHOLD} seconds"
            raise ValueError(message)
    if policy.formula in OF_SHORT and policy.short >= policy.threshold:
        message = (
            f"short={policy.short} must be below threshold={policy.threshold} under "
            f"{policy.formula}; give both, or another formula"
        )
        raise ValueError(message)


def ad_hoc_name(policy: ServiceLevelPolicy) -> str:
    """How a restated figure names its definition, such as `adhoc:V3,20,le,5`; options off their
    default follow.
    """
    options = [",flow_outs"] * policy.flow_outs + [",without_waiting"] * (
        not policy.waiting_past_threshold
    )
    options += [",calendar"] * (policy.clock == "calendar")
    plain = f"{policy.formula},{policy.threshold},{policy.boundary},{policy.short}"
    return f"adhoc:{plain}{''.join(options)}"
