"""Exits: how and when a customer who is not answered stops waiting."""

from dataclasses import dataclass
from random import Random

from floorpulse.contracts.events import LeftReason
from floorpulse.simulator.domain.scenarios import Queue
from floorpulse.simulator.domain.spans import MINUTE, SECOND

ANNOUNCEMENT = 8 * SECOND
CALLBACK_OFFER = 75 * SECOND
TAKES_CALLBACK = 0.15
SELF_SERVICE = 40 * SECOND
TAKES_SELF_SERVICE = 0.02
LONGEST = 20 * MINUTE


@dataclass(frozen=True)
class Exit:
    """After `after` milliseconds, by giving up (`reason` None) or by another door."""

    after: int
    reason: LeftReason | None


def exit_of(rng: Random, queue: Queue, *, crowded: bool) -> Exit:
    """The first of: patience ends, a full queue's announcement, the offers of self-service and of a
    callback, the longest wait.

    offered ── 8 s overflow ── 40 s key ── 75 s callback ── … ── 20 min timeout (voice)
       └──────── patience ────────► abandoned
    """
    doors = [Exit(queue.patience.draw(rng), None)]
    tempted = rng.random()
    if crowded:
        doors.append(Exit(ANNOUNCEMENT, "overflow"))
    if queue.channel == "voice":
        doors.append(Exit(LONGEST, "timeout"))
        if tempted < TAKES_SELF_SERVICE:
            doors.append(Exit(SELF_SERVICE, "key"))
        elif tempted < TAKES_SELF_SERVICE + TAKES_CALLBACK:
            doors.append(Exit(CALLBACK_OFFER, "callback"))
    return min(doors, key=lambda door: door.after)
