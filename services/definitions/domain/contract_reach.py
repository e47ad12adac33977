"""Whether contracts reach any contact, and whether two of them reach the same: both would bill it.

contract 1   orders·voice  ├──────────────────────┤
contract 2   orders·voice                ├──────────────────►      the same contacts at one time

A queue that goes from one client to another is under the contract of one until that day, and then
under that of the other: they may hold side by side.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from floorpulse.definitions.domain.bodies import QueueBody, TeamBody
from floorpulse.definitions.domain.contract_days import ends_of
from floorpulse.definitions.domain.contract_meaning import scopes_of
from floorpulse.definitions.domain.contract_terms import ContractBody, ContractScope
from floorpulse.definitions.domain.floor import Floor, since
from floorpulse.definitions.domain.mistakes import DefinitionMistake
from floorpulse.definitions.domain.shape import Entry
from floorpulse.definitions.domain.surroundings import Surroundings, entries_of
from floorpulse.definitions.domain.terms import Grouping

QueueChannels = set[tuple[str, str]]


@dataclass(frozen=True)
class Reach:
    """A version of a contract, its first and last day, and what it reaches on some of its days."""

    entry: Entry
    body: ContractBody
    begins: str
    ends: str
    reached: frozenset[tuple[str, str]]

    def meets(self, other: "Reach") -> bool:
        """Whether both hold on some day."""
        return self.begins <= other.ends and other.begins <= self.ends


def unreached(around: Surroundings, floor: Floor) -> Iterator[DefinitionMistake]:
    """What is wrong with the scopes of contracts."""
    known = []

    @cache
    def around_on(day: str) -> Surroundings:
        return Surroundings(floor.on(day))

    for entry, body in entries_of(floor, ContractBody):
        wrong = list(_own(around, entry, body))
        yield from wrong
        following = floor.after(entry)
        ends = ends_of(body, None if following is None else since(following))
        if not wrong:
            reached = frozenset(_whole(around, body))
            known.append(Reach(entry, body, since(entry), ends, reached))
    changes = _changes(floor)
    for one, other in combinations(known, 2):
        if one.entry.id != other.entry.id and one.meets(other) and one.reached & other.reached:
            yield from _overlap(around_on, changes, one, other)


def _changes(floor: Floor) -> list[str]:
    """The days on which queues may come under other contracts."""
    moved = (one for one in floor.entries if isinstance(one.body, QueueBody | TeamBody))
    return sorted({since(one) for one in moved})


def _own(around: Surroundings, entry: Entry, body: ContractBody) -> Iterator[DefinitionMistake]:
    foreign = list(_foreign(around, entry, body))
    yield from foreign
    if foreign:
        return
    whole = _whole(around, body)
    for path, scope in scopes_of(body):
        reached = _reached(around, body, scope)
        if not reached:
            yield entry.mistake(path, *_nothing(body))
            return
        channels = {channel for _, channel in reached}
        for place, wanted in enumerate(scope.channels):
            if wanted not in channels:
                problem = f"none of its queues has the channel {wanted}"
                yield entry.mistake(f"{path}.channels[{place}]", problem, "leave it out")
        if not reached <= whole:
            queue, channel = min(reached - whole)
            problem = f"reaches {queue} ({channel}), which the contract does not"
            yield entry.mistake(path, problem, "name only what the scope of the contract has")


def _nothing(body: ContractBody) -> tuple[str, str]:
    problem = f"no queue of {body.client!r} is within"
    remedy = f"name `client: {body.client}` in its queues, or write a wider scope"
    return problem, remedy


def _foreign(around: Surroundings, entry: Entry, body: ContractBody) -> Iterator[DefinitionMistake]:
    """Queues of other clients."""
    for path, scope in scopes_of(body):
        for place, queue in enumerate(scope.queues):
            clients = around.groups(Grouping.CLIENT, queue)
            if clients and body.client not in clients:
                whose = " and ".join(sorted(clients))
                problem = f"{queue!r} is a queue of {whose}, not of {body.client}"
                yield entry.mistake(f"{path}.queues[{place}]", problem, "leave it out")


def _reached(around: Surroundings, body: ContractBody, scope: ContractScope) -> QueueChannels:
    own = scope.within(body.scope)
    return {
        (queue.id, channel)
        for queue in around.under_contract(own, body.client)
        for channel in _channels(queue, own)
    }


def _channels(queue: QueueBody, scope: ContractScope) -> set[str]:
    wanted = {str(channel) for channel in scope.channels}
    own = {str(channel) for channel in queue.channels}
    return own & wanted if wanted else own


def _overlap(
    around_on: Callable[[str], Surroundings], changes: list[str], one: Reach, other: Reach
) -> Iterator[DefinitionMistake]:
    """That both reach the same contacts on some day, as of the first such day."""
    begins = max(one.begins, other.begins)
    ends = min(one.ends, other.ends)
    for day in [begins, *(change for change in changes if begins < change <= ends)]:
        around = around_on(day)
        same = sorted(_whole(around, one.body) & _whole(around, other.body))
        if same:
            queue, channel = same[0]
            more = f" and {len(same) - 1} more" if len(same) > 1 else ""
            when = f"from {day} on" if day else "all the time"
            problem = f"reaches {queue} ({channel}){more} {when}, as {one.entry.name} does"
            remedy = "let each contact stand under one contract: narrow a scope, or end one before"
            yield other.entry.mistake("scope", problem, remedy)
            return


def _whole(around: Surroundings, body: ContractBody) -> QueueChannels:
    return _reached(around, body, body.scope)
