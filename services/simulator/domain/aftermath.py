"""The aftermath of a contact: surveys, evaluations and complaints, minutes to days later."""

from random import Random
from typing import Literal

from simpy.events import ProcessGenerator

from floorpulse.contracts.events import (
    ComplaintClosed,
    ComplaintOpened,
    QaRetracted,
    QaScored,
    Severity,
    SurveyAnswered,
    SurveyOffered,
)
from floorpulse.simulator.domain.hall import Hall
from floorpulse.simulator.domain.spans import MINUTE, ModelSpan
from floorpulse.simulator.domain.stays import Conversation, ModelStay

Kind = Literal["csat", "nps", "fcr"]

SCALES: dict[Kind, tuple[int, int]] = {"csat": (1, 5), "nps": (0, 10), "fcr": (0, 1)}
"""Worst and best score of each kind of survey."""

ASKED_AFTER = ModelSpan(15, 0.5)
ANSWERED_AFTER = ModelSpan(240, 1.0)
EVALUATED_AFTER = ModelSpan(3 * 3_600, 0.7)
RESCORED_AFTER = ModelSpan(8 * 3_600, 0.6)
COMPLAINED_AFTER = ModelSpan(2_400, 1.0)
CLOSED_AFTER = ModelSpan(20 * 3_600, 0.6)
PASS_MARK = 80
FATAL = 0.02
VALID = 0.6
LIABLE = 0.5
CATEGORIES = ("delivery late", "wrong article", "refund", "manner", "wait")
FORMS = ("voice-2026", "chat-2026")
SEVERITIES: tuple[Severity, ...] = ("low", "normal", "high", "critical")


def mood(wait: int) -> float:
    """How kindly a customer judges after `wait` milliseconds: 1 at once, towards 0.4 after a
    quarter of an hour.
    """
    return 1.0 - 0.6 * min(1.0, wait / (15 * MINUTE))


def score_of(rng: Random, kind: Kind, kindness: float) -> int:
    """A score on the kind's scale: the better half of the customers crowds at the top when served
    well.
    """
    worst, best = SCALES[kind]
    return (
        worst + round((best - worst) * kindness * rng.betavariate(4, 1))
        if kind != "fcr"
        else int(rng.random() < 0.85 * kindness)
    )


class Aftermath:
    """Decides at the end of a contact what will follow, and tells it when its time comes."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._habits = hall.scenario.habits
        self._rng = hall.chance("aftermath")

    def served(self, conversation: Conversation) -> None:
        """A conversation ended: perhaps a survey, an evaluation, a complaint."""
        stay = conversation.stay
        habits = self._habits
        wait = (conversation.answered_at or stay.offered_at) - stay.offered_at
        self._perhaps(
            habits.csat_asked, self._survey(stay, "csat", habits.csat_answered, mood(wait))
        )
        self._perhaps(habits.nps_asked, self._survey(stay, "nps", habits.nps_answered, mood(wait)))
        self._perhaps(habits.fcr_asked, self._survey(stay, "fcr", habits.fcr_answered, mood(wait)))
        self._perhaps(habits.evaluated, self._evaluation(stay))
        self._perhaps(habits.complains, self._complaint(stay))

    def unserved(self, stay: ModelStay) -> None:
        """Somebody gave up: perhaps a complaint."""
        self._perhaps(self._habits.complains_unserved, self._complaint(stay))

    def _perhaps(self, share: float, process: ProcessGenerator) -> None:
        if self._rng.random() < share:
            self._hall.env.process(process)
        else:
            process.close()

    def _survey(
        self, stay: ModelStay, kind: Kind, answers: float, kindness: float
    ) -> ProcessGenerator:
        hall = self._hall
        rng = self._rng
        survey = f"{kind}-{stay.contact}"
        yield hall.pause(ASKED_AFTER.draw(rng))
        hall.scribe.write(SurveyOffered(**hall.scribe.about(stay), survey=survey, kind=kind), stay)
        if rng.random() >= answers:
            return
        yield hall.pause(ANSWERED_AFTER.draw(rng))
        worst, best = SCALES[kind]
        score = score_of(rng, kind, kindness)
        hall.scribe.write(
            SurveyAnswered(
                **hall.scribe.about(stay),
                survey=survey,
                kind=kind,
                score=score,
                best=best,
                worst=worst,
            ),
            stay,
        )

    def _evaluation(self, stay: ModelStay) -> ProcessGenerator:
        """Scored once, then perhaps scored anew or withdrawn."""
        habits = self._habits
        rng = self._rng
        calibration = rng.random() < habits.calibration
        yield self._hall.pause(EVALUATED_AFTER.draw(rng))
        self._score(stay, calibration=calibration)
        fate = rng.random()
        if fate >= habits.rescored + habits.retracted:
            return
        yield self._hall.pause(RESCORED_AFTER.draw(rng))
        if fate < habits.rescored:
            self._score(stay, calibration=calibration)
        else:
            scribe = self._hall.scribe
            scribe.write(QaRetracted(**scribe.about(stay), evaluation=f"qa-{stay.contact}"), stay)

    def _score(self, stay: ModelStay, *, calibration: bool) -> None:
        rng = self._rng
        scribe = self._hall.scribe
        fatal = rng.random() < FATAL
        score = round(100 * rng.betavariate(14, 2))
        event = QaScored(
            **scribe.about(stay),
            evaluation=f"qa-{stay.contact}",
            score=0 if fatal else score,
            fatal=fatal,
            calibration=calibration,
            passed=not fatal and score >= PASS_MARK,
            form=FORMS[stay.queue.channel != "voice"],
            evaluator=f"qa-{rng.randrange(1, 9)}",
        )
        scribe.write(event, stay)

    def _complaint(self, stay: ModelStay) -> ProcessGenerator:
        hall = self._hall
        rng = self._rng
        complaint = f"c-{stay.contact}-{stay.visit}"
        yield hall.pause(COMPLAINED_AFTER.draw(rng))
        severity = rng.choices(SEVERITIES, (3, 5, 2, 0.3))[0]
        opened = ComplaintOpened(
            **hall.scribe.about(stay),
            complaint=complaint,
            severity=severity,
            category=rng.choice(CATEGORIES),
        )
        hall.scribe.write(opened, stay)
        yield hall.pause(CLOSED_AFTER.draw(rng))
        valid = rng.random() < VALID
        closed = ComplaintClosed(
            **hall.scribe.about(stay),
            complaint=complaint,
            valid=valid,
            liable=valid and rng.random() < LIABLE,
        )
        hall.scribe.write(closed, stay)
