"""The truth: what the floor did, tallied from its own knowledge, sharing nothing with the engine it
checks.
"""

from collections import defaultdict
from dataclasses import dataclass

from floorpulse.contracts.events import (
    AnyEvent,
    ComplaintOpened,
    ContactAbandoned,
    ContactAnswered,
    ContactEnded,
    ContactLeft,
    ContactOffered,
    ContactWrapped,
    QaRetracted,
    QaScored,
    SurveyAnswered,
)
from floorpulse.simulator.domain.stays import Happening, ModelStay

HALF_HOUR = 30 * 60_000
THRESHOLD = 20_000
SHORT = 5_000


@dataclass
class FloorTally:
    """Counts and sums of one queue; waits and handle times in milliseconds, scores in points."""

    offered: int = 0
    answered: int = 0
    answered_within: int = 0
    answered_wait: int = 0
    abandoned: int = 0
    abandoned_short: int = 0
    abandoned_wait: int = 0
    left: int = 0
    handled: int = 0
    handle_time: int = 0
    csat_count: int = 0
    csat_sum: float = 0.0
    qa_count: int = 0
    qa_sum: float = 0.0
    complaints: int = 0

    @property
    def waiting(self) -> int:
        """Stays without an outcome."""
        return self.offered - self.answered - self.abandoned - self.left

    @property
    def service_level(self) -> float | None:
        """Answered within the threshold over all answered and abandoned but the short abandons
        (V5).
        """
        total = self.answered + self.abandoned - self.abandoned_short
        return self.answered_within / total if total else None

    def add(self, other: "FloorTally") -> None:
        """Add another tally to this one."""
        for name, amount in vars(other).items():
            setattr(self, name, getattr(self, name) + amount)


@dataclass(frozen=True)
class TruthRow:
    """One queue's tally in the half hour that begins at `start` (epoch milliseconds, whole half
    hours of UTC).
    """

    queue: str
    start: int
    tally: FloorTally


class Truth:
    """Tallies happenings by queue and half hour.

    Offers and their outcomes stand in the half hour of the offer; handle time in that of the
    completion; a satisfaction score in that of its answer; an evaluation in that of its latest
    version, calibrations aside; a complaint in that of its receipt. `threshold` and `short` are
    milliseconds; a wait of exactly that long is within.
    """

    def __init__(self, threshold: int = THRESHOLD, short: int = SHORT) -> None:
        self._threshold = threshold
        self._short = short
        self._tallies: defaultdict[tuple[str, int], FloorTally] = defaultdict(FloorTally)
        self._handling: dict[ModelStay, tuple[int, int]] = {}
        self._answered_at: dict[ModelStay, int] = {}
        self._scores: dict[str, tuple[int, float]] = {}

    def observe(self, happening: Happening) -> None:
        """Tally one happening; each must be told once, in order of time."""
        stay = happening.stay
        event = happening.event
        if stay is not None:
            self._outcome(event, stay)
            self._handle(event, stay)
            self._judgement(event, stay)

    def table(self) -> list[TruthRow]:
        """One row per queue and half hour in which anything counted, by queue, then time."""
        return [
            TruthRow(queue, start, tally)
            for (queue, start), tally in sorted(self._tallies.items(), key=lambda item: item[0])
        ]

    def totals(self) -> dict[str, FloorTally]:
        """One tally per queue."""
        totals: defaultdict[str, FloorTally] = defaultdict(FloorTally)
        for row in self.table():
            totals[row.queue].add(row.tally)
        return dict(totals)

    def total(self) -> FloorTally:
        """Everything together."""
        total = FloorTally()
        for tally in self._tallies.values():
            total.add(tally)
        return total

    def _at(self, stay: ModelStay, at: int) -> FloorTally:
        return self._tallies[stay.queue.id, at - at % HALF_HOUR]

    def _outcome(self, event: AnyEvent, stay: ModelStay) -> None:
        if not isinstance(event, ContactOffered | ContactAnswered | ContactAbandoned | ContactLeft):
            return
        tally = self._at(stay, stay.offered_at)
        wait = when(event) - stay.offered_at
        match event:
            case ContactOffered():
                tally.offered += 1
            case ContactAnswered():
                self._answered_at[stay] = when(event)
                tally.answered += 1
                tally.answered_wait += wait
                tally.answered_within += wait <= self._threshold
            case ContactAbandoned():
                tally.abandoned += 1
                tally.abandoned_wait += wait
                tally.abandoned_short += wait <= self._short
            case ContactLeft():
                tally.left += 1

    def _handle(self, event: AnyEvent, stay: ModelStay) -> None:
        """A conversation counts when it ends, and moves on to the end of its wrap-up."""
        if isinstance(event, ContactEnded):
            span = when(event) - self._answered_at[stay]
            self._handling[stay] = when(event), span
            self._handled(stay, when(event), 1, span)
        elif isinstance(event, ContactWrapped):
            answered = self._answered_at.pop(stay)
            (ended, span) = self._handling.pop(stay)
            self._handled(stay, ended, -1, -span)
            self._handled(stay, when(event), 1, when(event) - answered)

    def _handled(self, stay: ModelStay, at: int, number: int, span: int) -> None:
        tally = self._at(stay, at)
        tally.handled += number
        tally.handle_time += span

    def _judgement(self, event: AnyEvent, stay: ModelStay) -> None:
        match event:
            case SurveyAnswered(kind="csat", score=score):
                tally = self._at(stay, when(event))
                tally.csat_count += 1
                tally.csat_sum += score
            case QaScored(calibration=False, evaluation=evaluation, score=score):
                self._withdraw(stay, evaluation)
                self._scores[evaluation] = when(event), score
                self._evaluated(stay, when(event), 1, score)
            case QaRetracted(evaluation=evaluation):
                self._withdraw(stay, evaluation)
            case ComplaintOpened():
                self._at(stay, when(event)).complaints += 1
            case _:
                pass

    def _withdraw(self, stay: ModelStay, evaluation: str) -> None:
        if evaluation in self._scores:
            at, score = self._scores.pop(evaluation)
            self._evaluated(stay, at, -1, -score)

    def _evaluated(self, stay: ModelStay, at: int, number: int, score: float) -> None:
        tally = self._at(stay, at)
        tally.qa_count += number
        tally.qa_sum += score


def when(event: AnyEvent) -> int:
    """The event's instant; the model writes none but epoch milliseconds."""
    return int(event.at)
