"""Calls of a floor whose truth is known, for stand-ins that tell them in a platform's own words."""

from dataclasses import dataclass, field
from random import Random

BEGIN = 1_794_300_000_000
"""Epoch milliseconds"""
QUEUES = ("sales", "billing", "returns")
AGENTS = tuple(f"agent{number}" for number in range(40))


@dataclass
class ToldStay:
    """One stay in a queue: `over` is when it was answered, given up or left; instants are epoch
    milliseconds.
    """

    queue: str
    offered: int
    outcome: str
    over: int
    agent: str = ""
    ended: int | None = None
    missed_by: str = ""
    hold: tuple[int, int] | None = None
    transferred: bool = False

    @property
    def figures(self) -> dict[str, object]:
        """What an engine must make of it."""
        held = 0 if self.hold is None else self.hold[1] - self.hold[0]
        return {
            "outcome": self.outcome,
            "wait": self.over - self.offered,
            "talk": 0 if self.ended is None else self.ended - self.over - held,
            "hold": held,
            "queue": self.queue,
            "transferred": self.transferred,
        }


@dataclass
class CallStory:
    """A call with its stays, one after another."""

    contact: str
    stays: list[ToldStay] = field(default_factory=list)


def stories(calls: int, seed: int) -> list[CallStory]:
    """Calls that begin one after another, some at once; the same seed gives the same."""
    random = Random(seed)
    told = []
    at = BEGIN
    for number in range(calls):
        at += random.randrange(50, 3000)
        told.append(_story(f"{BEGIN // 1000}.{number}", at, random))
    return told


def _story(contact: str, at: int, random: Random) -> CallStory:
    story = CallStory(contact)
    story.stays.append(_stay(at, random))
    first = story.stays[0]
    if first.transferred or first.outcome == "left":
        begin = (first.ended or first.over) + random.randrange(20, 400)
        story.stays.append(_stay(begin, random, last=True))
    return story


def _stay(at: int, random: Random, *, last: bool = False) -> ToldStay:
    over = at + random.randrange(1000, 40_000)
    outcome = random.choices(["answered", "abandoned", "left"], [7, 2, 0 if last else 1])[0]
    stay = ToldStay(random.choice(QUEUES), at, outcome, over)
    if outcome == "answered":
        stay.agent = random.choice(AGENTS)
        stay.ended = over + random.randrange(2000, 120_000)
        stay.transferred = not last and random.random() < 0.2
        if random.random() < 0.3:
            stay.hold = (over + 500, over + 500 + random.randrange(200, 1400))
    if over - at > 20_000:
        stay.missed_by = random.choice(AGENTS)
    return stay
