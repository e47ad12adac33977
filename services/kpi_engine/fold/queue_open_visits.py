"""The open visits of one queue and channel, and the gauge that they make."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from floorpulse.contracts.horizons import SHORT
from floorpulse.contracts.presence import Counts, Home
from floorpulse.contracts.updates import Gauge
from floorpulse.contracts.visits import Longest, VisitKey
from floorpulse.kpi_engine.fold.packed import OpenSince
from floorpulse.kpi_engine.fold.watermark import FUTURE

NO_END = 1 << 62


@dataclass(eq=False, slots=True)
class QueueOpenVisits:
    """The open visits of one queue and channel: when those that wait were offered, when the others
    were answered.

    Who was offered before `waits_since`, or answered before `talks_since`, is too old to be listed.
    `gone` counts the answered ones from before `horizon`; none of the others is older than `until`,
    and none was answered after `latest`.
    `unresolved` counts the visits that are no longer listed in `waiting`, by month of their offer.
    `gauge` holds from `seen_at` to `good_until`.
    """

    waits_since: int = -NO_END
    talks_since: int = -NO_END
    waiting: dict[VisitKey, int] = field(default_factory=dict)
    answered: dict[VisitKey, int] = field(default_factory=dict)
    unresolved: Counts = field(default_factory=dict)
    gone: int = 0
    horizon: int = -NO_END
    until: int = NO_END
    latest: int = -NO_END
    gauge: Gauge | None = None
    seen_at: int = 0
    good_until: int = 0

    @property
    def empty(self) -> bool:
        """Whether nothing is going on here."""
        return not (self.waiting or self.answered or self.unresolved)

    def talk(self, key: VisitKey, at: int) -> None:
        """A visit is in progress since `at`."""
        self.answered[key] = at
        self.latest = max(self.latest, at)
        if at < self.horizon:
            self.gone += 1
        elif at < self.until:
            self.until = at
        self.gauge = None

    def hang_up(self, key: VisitKey) -> None:
        """A visit is no longer in progress."""
        if self.answered.pop(key, NO_END) < self.horizon:
            self.gone -= 1
        self.gauge = None

    def seen(self, home: Home, now: int, longest: Longest, packed: OpenSince) -> Gauge:
        """The gauge at `now`, the same object where nothing changed; visits that began longer ago
        than `longest` are too old to be still open.
        """
        short = min(SHORT, longest.conversation)
        self._age(now - short)
        offers = sorted([*self.waiting.values(), *packed.waiting])
        old = bisect_left(offers, now - longest.wait)
        del offers[:old]
        answers = sorted(packed.answered)
        aged = bisect_left(answers, self.horizon)
        coming = self._coming(now + FUTURE, answers)
        lasting = self._lasting(now - longest.conversation, answers[:aged])
        self.seen_at = now
        self.good_until = min(
            offers[0] + longest.wait if offers else NO_END,
            lasting[0] + longest.conversation if lasting else NO_END,
            self.until + short,
            answers[aged] + short if aged < len(answers) else NO_END,
            min(coming) - FUTURE - 1 if coming else NO_END,
        )
        young = len(self.answered) - self.gone + len(answers) - aged - len(coming)
        unresolved = old + sum(self.unresolved.values())
        gauge = Gauge(*home, offers, young, unresolved, lasting)
        if self.gauge is None or self.gauge != gauge:
            self.gauge = gauge
        return self.gauge

    def take(self, packed: Gauge | None, now: int, good_until: int) -> None:
        """The gauge of those that are `packed` changed at `now`, which is all of it where nobody
        else is here.
        """
        self.gauge = packed if self.empty else None
        self.seen_at = now
        self.good_until = good_until

    def _age(self, horizon: int) -> None:
        if not self.horizon <= horizon <= self.until:
            going_on = [at for at in self.answered.values() if at >= horizon]
            self.gone = len(self.answered) - len(going_on)
            self.until = min(going_on, default=NO_END)
        self.horizon = horizon

    def _coming(self, until: int, further: Sequence[int]) -> list[int]:
        """When those are answered, and `further` ones (ascending), that are in progress only after
        `until`: a clock is ahead.
        """
        coming = [at for at in self.answered.values() if at > until] if self.latest > until else []
        if further and further[-1] > until:
            coming += further[bisect_right(further, until) :]
        return coming

    def _lasting(self, since: int, further: Sequence[int]) -> list[int]:
        """When those were answered that are in progress since before `horizon`, as are `further`
        ones (ascending), but no longer than `since`.
        """
        if not self.gone:
            return [*further[bisect_left(further, since) :]]
        mine = [at for at in self.answered.values() if at < self.horizon]
        return sorted(at for at in (*mine, *further) if at >= since)
