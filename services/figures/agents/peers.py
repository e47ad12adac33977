"""Peers: agents who are compared with one another, because they do the same work.

ann   orchard, voice, east ─┐             ann is compared twice, each time with those who did
      orchard, chat,  east ─┼─ 2 groups   the same work, by what was counted there
bob   orchard, voice, east ─┘
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from floorpulse.board.domain.series import QueueChannel
from floorpulse.contracts.cells import HANDLING
from floorpulse.definitions.domain.in_force import InForce
from floorpulse.definitions.domain.terms import Grouping
from floorpulse.figures.agents.membership import Membership
from floorpulse.figures.agents.performance import Performance, Work


class Alike(StrEnum):
    """What peers have in common."""

    CLIENT = "client"
    TEAM = "team"
    CHANNEL = "channel"


ALL_ALIKE = tuple(Alike)


@dataclass(frozen=True, order=True)
class Peers:
    """A group of peers; empty names where they are not told apart by it, or nobody said."""

    client: str = ""
    team: str = ""
    channel: str = ""


@dataclass(eq=False)
class PeerWork:
    """An agent's work among its peers: what was counted there, all of its time, and the share of
    its handling time that was spent there.
    """

    work: Work
    share: Fraction = Fraction(1)
    over: list[QueueChannel] = field(default_factory=list)


def peer_groups(
    performance: Performance, in_force: InForce, alike: Iterable[Alike]
) -> dict[Peers, dict[str, PeerWork]]:
    """The agents of a performance's first span by their peers, sorted. Who took no contact stands
    with those of no client and no channel.
    """
    wanted = frozenset(alike)
    found: defaultdict[Peers, dict[str, PeerWork]] = defaultdict(dict)
    for agent, membership, work in performance.of(0):
        for peers, over in _sorted(work, membership, in_force, wanted).items():
            found[peers][agent] = _among(work, over)
    return {peers: found[peers] for peers in sorted(found)}


def _sorted(
    work: Work, membership: Membership, in_force: InForce, wanted: frozenset[Alike]
) -> dict[Peers, list[QueueChannel]]:
    """An agent's queues and channels by the peers it has there."""
    team = membership.team if Alike.TEAM in wanted else ""
    found: defaultdict[Peers, list[QueueChannel]] = defaultdict(list)
    for queue_channel in sorted(work.counted):
        _, queue, channel = queue_channel
        client = in_force.group(Grouping.CLIENT, queue) if Alike.CLIENT in wanted else ""
        found[Peers(client, team, channel if Alike.CHANNEL in wanted else "")].append(queue_channel)
    return found or {Peers(team=team): []}


def _among(work: Work, over: list[QueueChannel]) -> PeerWork:
    own = Work(staff=work.staff, breaks=work.breaks)
    for queue_channel in over:
        own.counted[queue_channel] = work.counted[queue_channel]
    if len(over) == len(work.counted):
        return PeerWork(own, over=over)
    spent = _spent(work, work.counted)
    return PeerWork(own, Fraction(_spent(work, over), spent) if spent else Fraction(0), over)


def _spent(work: Work, over: Iterable[QueueChannel]) -> int:
    """Handling time, milliseconds."""
    cells = work.cells(over)
    return sum(cells.get(cell, 0) for cell in HANDLING)
