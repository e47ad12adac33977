"""Which visit of a call an agent's work belongs to: remembered from the records of the calls.

The history of agents names the call, but not the visit. A call that was transferred has several;
whoever asks for its record first knows which of them was whose.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from floorpulse.ingest.sources.payloads import EventBody

MOST_CALLS = 20_000
"""Calls that are remembered; only transferred ones need to be"""


@dataclass(frozen=True)
class Answer:
    """Who answered a visit, and when, in epoch milliseconds."""

    at: int
    agent: object
    visit: int


@dataclass
class KnownCalls:
    """The transferred calls of one stream, the latest that came."""

    _answers: dict[str, list[Answer]] = field(default_factory=dict)

    def learn(self, told: Iterable[EventBody]) -> None:
        """Remember who answered which visit of the calls that have more than one."""
        answers = [one for one in told if one["type"] == "contact.answered"]
        transferred = {one["contact"] for one in answers if one.get("visit") is not None}
        for contact in transferred:
            name = str(contact)
            self._answers.pop(name, None)
            self._answers[name] = [_answer(one) for one in answers if one["contact"] == contact]
        while len(self._answers) > MOST_CALLS:
            self._answers.pop(next(iter(self._answers)))

    def visit(self, contact: str, at: int, agent: str | None = None) -> int | None:
        """The visit that was answered last before `at`, by this agent if one is named; None is the
        first, also where nothing is known of the call.
        """
        known = [
            one
            for one in self._answers.get(contact, ())
            if one.at <= at and agent in {None, one.agent}
        ]
        last = max(known, key=lambda one: one.at, default=None)
        return None if last is None or last.visit == 1 else last.visit


def _answer(body: EventBody) -> Answer:
    at, visit = body["at"], body.get("visit")
    return Answer(
        at if isinstance(at, int) else 0, body["agent"], visit if isinstance(visit, int) else 1
    )
