"""Erlang C and Erlang A: how a line of agents serves a load, and how many agents it takes.

    arrivals λ ──► line ──► n agents, each μ = 1 / handle
                    └─► gives up after an exponential patience of mean 1 / θ        (Erlang A; never
                    in Erlang C)

Erlang C: A. K. Erlang (1917). Erlang A: C. Palm (1943), O. Garnett, A. Mandelbaum, M. Reiman,
"Designing a call center with impatient customers", M&SOM 4 (2002). Who arrives meets the chain of n
− 1 or fewer at work with probability 1 / (1 + B λ G(0)) where B is Erlang's loss of n − 1 agents;
else the wait V offered to somebody who would never give up has the density λ π(n−1) exp((λ/θ)(1 −
e^(−θt)) − nμt) (F. Baccelli, G. Hebuterne, 1981), whose integrals are incomplete gamma functions.
All of it is computed as logarithms: right to some ten digits for thousands of agents.
"""

from collections.abc import Callable
from math import ceil, exp, inf, log, sqrt
from typing import NamedTuple

from floorpulse.kpis.erlang.gamma import log_lower, log_sum, log_upper


class Load(NamedTuple):
    """What comes: `rate` > 0 contacts a second, `handle` > 0 seconds each, mean `patience` seconds
    (inf: nobody gives up).
    """

    rate: float
    handle: float
    patience: float = inf

    @property
    def erlangs(self) -> float:
        """The work that comes in: how many agents it keeps busy."""
        return self.rate * self.handle


class Service:
    """How `load` fares with `agents`; probabilities are those of a contact that comes, waits are
    seconds.
    """

    __slots__ = ("_least", "_served_late", "_x", "_y", "agents", "load", "waits")

    def __init__(self, load: Load, agents: int) -> None:
        self.load = load
        self.agents = agents
        self._x = agents * load.patience / load.handle
        self._y = load.rate * load.patience
        self._least = 0.0
        """Ln of what the integrals are multiplied with: λ π(n−1) / θ"""
        self.waits = 1.0
        """P(W > 0): the probability of having to wait"""
        self._served_late = 0.0
        if not agents:
            return
        if load.patience == inf:
            self.waits = self._served_late = exp(_log_erlang_c(load, agents, 0))
            return
        whole = _log_tail(self._x, self._y, 0)
        free = _log_idle(agents - 1, load.erlangs)
        log_y = log(self._y)
        self._least = log_y - log_sum(free, log_y + whole)
        self.waits = exp(self._least + whole)
        self._served_late = self._served_beyond(0)

    @property
    def abandons(self) -> float:
        """P(Ab): the probability of giving up."""
        return 0.0 if self.load.patience == inf else max(0.0, self.waits - self._served_late)

    @property
    def wait(self) -> float:
        """E[W]: the mean wait of all contacts, answered or not; inf where the line grows without
        end. With patience, P(Ab) = θ E[W].
        """
        if self.load.patience < inf:
            return self.abandons * self.load.patience
        idle = self.agents / self.load.handle - self.load.rate
        return self.waits / idle if idle > 0 else inf

    def answered_within(self, seconds: float) -> float:
        """The probability of being answered after a wait of at most so many seconds."""
        return max(0.0, 1 - self.waits + self._served_late - self._served_beyond(seconds))

    def abandoned_within(self, seconds: float) -> float:
        """The probability of giving up after a wait of at most so many seconds."""
        return self.ended_within(seconds)[1]

    def ended_within(self, seconds: float) -> tuple[float, float]:
        """The probabilities of being answered, and of giving up, after a wait of at most so many
        seconds.
        """
        answered = self.answered_within(seconds)
        if self.load.patience == inf:
            return answered, 0.0
        waits_longer = self._offered_beyond(seconds) * exp(-seconds / self.load.patience)
        return answered, max(0.0, 1 - answered - waits_longer)

    def _served_beyond(self, seconds: float) -> float:
        """P(W > t, answered): the density of V times the patience that lasts, e^(−θt)."""
        return exp(self._log_beyond(seconds, 1)) if self.agents else 0.0

    def _offered_beyond(self, seconds: float) -> float:
        """P(V > t), V the wait offered to somebody who never gives up."""
        return exp(self._log_beyond(seconds, 0)) if self.agents else 1.0

    def _log_beyond(self, seconds: float, patient: int) -> float:
        load = self.load
        if load.patience == inf:
            return _log_erlang_c(load, self.agents, seconds)
        # one e^(−θt) more under the integral is one more power of y e^(−θt) / y
        return self._least + _log_tail(self._x + patient, self._y, seconds / load.patience)


def fewest(load: Load, enough: Callable[[int], bool]) -> int:
    """The fewest agents that are `enough`, which must be so for all numbers above one that is.

    It is looked for from the work and its square root on, near which it mostly lies (S. Halfin, W.
    Whitt, 1981), in steps that begin with a quarter of that root.
    """
    root = sqrt(load.erlangs)
    low = -1
    high = max(1, ceil(load.erlangs + root))
    step = ceil(root / 4)
    while not enough(high):
        low, high, step = high, high + step, step * 2
    while high - step > low:
        if enough(high - step):
            high, step = high - step, step * 2
        else:
            low = high - step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


# ------------------------------------------------------------- the two models, as logarithms


def _log_idle(agents: int, erlangs: float) -> float:
    """ln(1 / B): B is Erlang's loss formula; 1 / B = eᵃ a⁻ⁿ Γ(n + 1, a)."""
    return log_upper(agents + 1, erlangs) + erlangs - agents * log(erlangs)


def _log_tail(x: float, y: float, decay: float) -> float:
    """ln(eʸ y⁻ˣ γ(x, y e^(−decay))): ∫ θ exp(y(1 − e^(−θs)) − xθs) ds over s from t = decay / θ
    on.
    """
    return y - x * log(y) + log_lower(x, y * exp(-decay))


def _log_erlang_c(load: Load, agents: int, seconds: float) -> float:
    """Ln P(W > t) = ln C − (nμ − λ) t; everybody waits for ever where the agents cannot keep up."""
    idle = agents / load.handle - load.rate
    if idle <= 0:
        return 0.0
    used = load.erlangs / agents
    return -log_sum(log(1 - used) + _log_idle(agents, load.erlangs), log(used)) - idle * seconds
