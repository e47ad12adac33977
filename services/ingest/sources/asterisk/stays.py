"""The stays of one log's calls in queues, and which of them a line is about.

A stay is told apart by what the log says of it: the call, the queue, and the second in which the
call entered it. Its number is made of the last two, so that any part of a log gives a stay the
number that the whole log gives it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from floorpulse.ingest.sources.payloads import hashed_visit

MOST_STAYS = 100_000
"""Calls in queues that are remembered, the latest"""
MOST_OF_ONE = 50
"""Stays of one call in one queue that are remembered, the latest"""
NEAR = 1
"""Seconds by which the lines of one stay may differ on its beginning: two readings of a clock"""


def number_of(queue: str, began: int) -> int:
    """The visit number of the stay that began in `queue` in the epoch second `began`."""
    return hashed_visit(f"{queue}|{began}")


@dataclass(eq=False)
class QueueStay:
    """What the log told of one stay.

    `began` is the epoch second of its entry, `at` the instant of the line that told it (epoch
    milliseconds; None where no line did), `place` the caller's place then. `agent` is who answered
    in the second `talking`. `until` is the last second known of it; `over` says that it has ended.
    `entered_as` is the id of its entry where that is another.
    """

    call: str
    queue: str
    began: int
    at: int | None = None
    place: str = ""
    agent: str = ""
    talking: int = 0
    until: int = 0
    over: bool = False
    entered_as: str = ""

    @property
    def number(self) -> int:
        """Its visit number."""
        return number_of(self.queue, self.began)


class StaysOfLog:
    """The stays of one log, of the latest `most` calls in queues."""

    def __init__(self, most: int = MOST_STAYS) -> None:
        self._most = most
        self._of: dict[tuple[str, str], list[QueueStay]] = {}
        self._by_second: dict[tuple[str, int], dict[QueueStay, None]] = {}
        self._unentered: dict[tuple[str, int], dict[QueueStay, None]] = {}

    def add(self, stay: QueueStay) -> QueueStay:
        """Remember a stay."""
        self._file(stay.call, stay)
        self._by_second.setdefault((stay.queue, stay.began), {})[stay] = None
        if stay.at is None:
            self._unentered.setdefault((stay.queue, stay.began), {})[stay] = None
        return stay

    def enter(self, stay: QueueStay, at: int, place: str) -> None:
        """A line told the entry of the stay: its instant, and the caller's place."""
        if stay.at is None:
            stay.at = at
            stay.place = place
            _drop(self._unentered, stay)

    def _file(self, call: str, stay: QueueStay) -> None:
        stays = self._of.pop((call, stay.queue), [])
        self._of[call, stay.queue] = stays
        stays.append(stay)
        self._forget(stays[:-MOST_OF_ONE])
        del stays[:-MOST_OF_ONE]
        if len(self._of) > self._most:
            self._forget(self._of.pop(next(iter(self._of))))

    def _forget(self, stays: Iterable[QueueStay]) -> None:
        for stay in stays:
            _drop(self._by_second, stay)
            _drop(self._unentered, stay)

    def alias(self, call: str, stay: QueueStay) -> None:
        """The call of that id is the stay's too."""
        self._file(call, stay)

    def hand_over(self, stay: QueueStay, call: str, began: int) -> None:
        """The stay is that of another call, which entered in the second `began`."""
        self._forget([stay])
        stay.entered_as = stay.call
        stay.call = call
        stay.began = began
        self.add(stay)

    def part(self, call: str, stay: QueueStay) -> None:
        """The call of that id is another one after all."""
        self.of(call, stay.queue).remove(stay)
        stay.entered_as = ""

    def replace(self, entered: QueueStay, stay: QueueStay) -> None:
        """The stay is the one that entered so, under the id of another call."""
        self._forget([entered])
        self.of(entered.call, entered.queue).remove(entered)
        stay.entered_as = entered.call
        self.alias(entered.call, stay)

    def of(self, call: str, queue: str) -> list[QueueStay]:
        """The stays of a call in a queue, the latest last."""
        return self._of.get((call, queue), [])

    def near(self, call: str, queue: str, began: int) -> QueueStay | None:
        """The stay of the call in the queue that began then, or a second before or after."""
        near = [stay for stay in self.of(call, queue) if abs(stay.began - began) <= NEAR]
        return min(reversed(near), key=lambda stay: abs(stay.began - began), default=None)

    def waiting(self, queue: str, began: int) -> Iterator[QueueStay]:
        """The stays in the queue whose entry was told for that second or the next, and nothing
        else.
        """
        for second in (began, began + NEAR):
            for stay in self._by_second.get((queue, second), ()):
                if stay.at is not None and not stay.agent and not stay.over:
                    yield stay

    def unentered(self, queue: str, second: int) -> Iterator[QueueStay]:
        """The stays in the queue that began in that second or the one before, and whose entry no
        line told yet.
        """
        for began in (second, second - NEAR):
            yield from self._unentered.get((queue, began), ())

    def talking(self, queue: str, agent: str, began: int) -> Iterator[QueueStay]:
        """The stays in the queue that began then, or a second before or after, and that the agent
        answered and did not end.
        """
        for second in (began, began + NEAR, began - NEAR):
            for stay in self._by_second.get((queue, second), ()):
                if stay.agent == agent and not stay.over:
                    yield stay

    def ended(self, queue: str, agent: str, began: int) -> Iterator[QueueStay]:
        """The stays in the queue that began then, or a second before or after, that the agent
        ended, and whose entry no line told yet.
        """
        for second in (began, began + NEAR, began - NEAR):
            for stay in self._unentered.get((queue, second), ()):
                if stay.agent == agent and stay.over:
                    yield stay

    def open(self) -> list[QueueStay]:
        """The stays that have not ended."""
        return [stay for stays in self._by_second.values() for stay in stays if not stay.over]


def _drop(index: dict[tuple[str, int], dict[QueueStay, None]], stay: QueueStay) -> None:
    known = index.get((stay.queue, stay.began), {})
    known.pop(stay, None)
    if not known:
        index.pop((stay.queue, stay.began), None)
