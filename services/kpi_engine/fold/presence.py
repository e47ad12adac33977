"""The open visits of one partition, those that wait and those in progress, by queue and channel; an
event changes one entry, however many visits are open.

    offered ──► waiting ──► in progress ──► (over)
                   │             └── older than the channel's longest conversation: forgotten
                   └── older than the channel's longest wait: unresolved, a number

A visit is an entry here whether or not its record is in memory. `expire` turns those that are too
old to be there into a count, so that lost outcomes and lost ends take no memory. The age that it
judges by is event time (the watermark), which never goes back and is the same for every owner of
the partition; the gauges of a moment judge by the moment that is asked about.
"""

from collections.abc import Iterator, Mapping

from floorpulse.contracts.horizons import SHORT, Horizons, channels
from floorpulse.contracts.presence import Home, Page
from floorpulse.contracts.updates import Gauge, Talk
from floorpulse.contracts.visits import Visit, VisitKey, is_open
from floorpulse.kpi_engine.fold.open_visit import entry_of
from floorpulse.kpi_engine.fold.packed import GaugeAges, NothingPacked
from floorpulse.kpi_engine.fold.queue_open_visits import NO_END, QueueOpenVisits
from floorpulse.kpi_engine.fold.unresolved import UnresolvedVisits
from floorpulse.kpi_engine.fold.watermark import FUTURE

Since = dict[str, tuple[int, int]]
"""By channel, the offers and the answers before which a visit is too old to be still open"""
STEP = 900_000
"""Milliseconds of event time between two looks for visits that became too old"""


class PartitionPresence:
    """The open visits of one partition; a visit leaves before it changes otherwise than by an
    answer, and enters again.

    `absent` are open visits whose stored records are not in memory, with their queues and channels;
    `rows` are the records of the others, which their owner keeps.
    """

    def __init__(self, horizons: Horizons) -> None:
        """Begin without visits; after its channel's horizon one is too old to be still open."""
        self.horizons = horizons
        self.absent: dict[VisitKey, Home] = {}
        self.since: Since = dict.fromkeys(channels(), (-NO_END, -NO_END))
        self.rows: Mapping[VisitKey, Visit] = {}
        self.packed = NothingPacked()
        self._absent_agents: dict[VisitKey, str] = {}
        self._begun: dict[VisitKey, Home] = {}
        self._over: set[VisitKey] = set()
        self._queues: dict[Home, QueueOpenVisits] = {}
        self.unresolved = UnresolvedVisits(self._queues)

    def __len__(self) -> int:
        """How many visits wait or are in progress."""
        here = sum(len(queue.waiting) + len(queue.answered) for queue in self._queues.values())
        return here + self.packed.going_on

    # ------------------------------------------------------------- the usual steps

    def wait(self, home: Home, key: VisitKey, at: int) -> None:
        """A visit waits since `at`."""
        queue = self._queue(home)
        if at < queue.waits_since:
            self.unresolved.count(home, queue, at, 1)
        else:
            queue.waiting[key] = at
        queue.gauge = None

    def answer(self, home: Home, key: VisitKey, offered: int, at: int) -> None:
        """A visit that waits since `offered` is in progress since `at`."""
        queue = self._queue(home)
        if queue.waiting.pop(key, None) is None and offered < queue.waits_since:
            self.unresolved.count(home, queue, offered, -1)
        queue.gauge = None
        if at >= queue.talks_since:
            queue.talk(key, at)
            self._begun[key] = home

    def stop_waiting(self, home: Home, key: VisitKey, offered: int) -> None:
        """A visit that waits since `offered` no longer waits."""
        queue = self._queue(home)
        if queue.waiting.pop(key, None) is None and offered < queue.waits_since:
            self.unresolved.count(home, queue, offered, -1)
        queue.gauge = None

    def hang_up(self, home: Home, key: VisitKey) -> None:
        """A visit that is in progress is over."""
        queue = self._queues.get(home)
        if queue is not None:
            queue.hang_up(key)
            if self._begun.pop(key, None) is None:
                self._over.add(key)

    # ------------------------------------------------------------- any other change

    def enter(self, key: VisitKey, visit: Visit) -> None:
        """Take in a visit if it is open, and known where and since when."""
        entry = entry_of(key, visit)
        if entry is None:
            return
        if not entry.answered:
            self.wait(entry.home, key, entry.since)
        elif entry.since >= self.since[visit.channel][1]:
            self._queue(entry.home).talk(key, entry.since)
            self._begun[key] = entry.home

    def withdraw(self, key: VisitKey, visit: Visit) -> None:
        """Undo `enter`, as long as the visit is as it was then."""
        entry = entry_of(key, visit)
        if entry is None:
            return
        if entry.answered:
            self.hang_up(entry.home, key)
        else:
            self.stop_waiting(entry.home, key, entry.since)

    def loaded(self, key: VisitKey, *, stored: bool) -> None:
        """The record of a visit was looked up; where none is `stored`, because retention deleted
        it, it is no longer open.
        """
        home = self.absent.pop(key, None)
        self._absent_agents.pop(key, None)
        if home is not None and not stored:
            self._drop(key, home)

    def holds(self, visit: Visit) -> bool:
        """Whether the visit is going on and not too old to be true."""
        if not is_open(visit):
            return False
        waits_since, talks_since = self.since[visit.channel]
        if visit.answered_at is not None:
            return visit.answered_at >= talks_since
        return visit.offered_at is not None and visit.offered_at >= waits_since

    def _queue(self, home: Home) -> QueueOpenVisits:
        queue = self._queues.get(home)
        if queue is None:
            queue = self._queues[home] = QueueOpenVisits(*self.since[home[2]])
        return queue

    # ------------------------------------------------------------- age

    def expire(self, watermark: int) -> None:
        """Turn visits whose end must have been lost by `watermark` into a count, once in `STEP` of
        event time.

        Event time may be `FUTURE` ahead of every clock, so that much is waited for.
        """
        reached = watermark - FUTURE
        reached -= reached % STEP
        since = {one: self._moved(one, reached) for one in self.since}
        if since == self.since:
            return
        self.packed.release_older(since)
        self.since = since
        for home, queue in self._queues.items():
            queue.waits_since, queue.talks_since = since[home[2]]
            for key, at in self._take_old(queue):
                self.unresolved.count(home, queue, at, 1)
                self.absent.pop(key, None)

    def _moved(self, channel: str, reached: int) -> tuple[int, int]:
        """How old visits of a channel may be at an instant; never older than they might be
        before.
        """
        longest = self.horizons.of(channel)
        waits_since, talks_since = self.since[channel]
        return (
            max(waits_since, reached - longest.wait),
            max(talks_since, reached - longest.conversation),
        )

    def _take_old(self, queue: QueueOpenVisits) -> list[tuple[VisitKey, int]]:
        """Remove the visits that are too old; return those among them that waited."""
        old = [(key, at) for key, at in queue.waiting.items() if at < queue.waits_since]
        for key, _ in old:
            del queue.waiting[key]
        for key in [key for key, at in queue.answered.items() if at < queue.talks_since]:
            queue.hang_up(key)
            self._cease(key)
            self.absent.pop(key, None)
            self._absent_agents.pop(key, None)
        if old:
            queue.gauge = None
        return old

    # ------------------------------------------------------------- gauges

    def gauges(self, now: int) -> list[Gauge]:
        """The open visits at `now`, by queue and channel; a visit offered longer ago than its
        channel's longest wait counts as unresolved.
        """
        gauges: list[Gauge] = []
        gone: list[Home] = []
        for home, _, gauge, good_until, there in self.packed.gauges(self._ages(now)):
            self._queue(home).take(gauge if there else None, now, good_until)
        for home, queue in self._queues.items():
            held = queue.gauge
            if held is not None and queue.seen_at <= now <= queue.good_until:
                gauges.append(held)
                continue
            packed = self.packed.instants(home)
            if queue.empty and not any(packed):
                gone.append(home)
            else:
                gauges.append(queue.seen(home, now, self.horizons.of(home[2]), packed))
        for home in gone:
            del self._queues[home]
        return gauges

    def _ages(self, now: int) -> GaugeAges:
        longest = {channel: self.horizons.of(channel) for channel in self.since}
        return GaugeAges(
            now,
            now + FUTURE,
            {
                channel: (
                    now - one.wait,
                    now - one.conversation,
                    now - min(SHORT, one.conversation),
                )
                for channel, one in longest.items()
            },
        )

    def look_at_packed(self) -> None:
        """Let each queue know where packed visits came or went."""
        for home in self.packed.changed():
            self._queue(home).gauge = None

    def restore(self, home: Home, key: VisitKey, visit: Visit) -> None:
        """List an open visit that was packed."""
        if visit.answered_at is None:
            self._queue(home).waiting[key] = visit.offered_at  # type: ignore[assignment]  # it waits since its offer
        else:
            self._queue(home).talk(key, visit.answered_at)

    def restore_talk(self, home: Home | None, key: VisitKey) -> None:
        """Note again that a conversation began in a queue, or (None) ended."""
        if home is None:
            self._over.add(key)
        else:
            self._begun[key] = home

    # ------------------------------------------------------------- who talks

    def agent_of(self, key: VisitKey) -> str:
        """Who answered an open visit; "" where it is not known."""
        visit = self.rows.get(key) or self.packed.peek(key)
        return self._absent_agents.get(key, "") if visit is None else visit.agent or ""

    def take_talks(self, *, everything: bool) -> list[Talk]:
        """The visits in progress that began or ended since they were last taken; all that there are
        where `everything` is told. Those that began and ended meanwhile are left out.
        """
        begun = self._begun
        over = self._over
        self._begun = {}
        self._over = set()
        packed = self.packed.talks(everything=everything)
        if everything:
            here = [
                Talk(*key, agent, home[1], since)
                for home, queue in self._queues.items()
                for key, since in queue.answered.items()
                if (agent := self.agent_of(key))
            ]
            return [*here, *packed]
        told = [*(Talk(*key) for key in over if key not in begun), *packed]
        for key, home in begun.items():
            visit = self.rows[key]
            if visit.agent:
                told.append(Talk(*key, visit.agent, home[1], visit.answered_at or 0))
        return told

    def _cease(self, key: VisitKey) -> None:
        """A visit is no longer in progress."""
        if self._begun.pop(key, None) is None:
            self._over.add(key)

    # ------------------------------------------------------------- pages

    def listed(self) -> Iterator[tuple[Home, bool, Mapping[VisitKey, int]]]:
        """All open visits, queue by queue: those that wait since their offers, then (True) those in
        progress since their answers.
        """
        self.look_at_packed()
        for home, queue in self._queues.items():
            yield home, False, {**queue.waiting, **self.packed.open(home, answered=False)}
            yield home, True, {**queue.answered, **self.packed.open(home, answered=True)}

    def read(self, page: Page) -> None:
        """Take in the changes of the next page; none of these visits is in memory. `complete` ends
        the reading.
        """
        for key in page.over:
            self._forget(key)
        for place, contact, number, at in page.waiting:
            home = page.homes[place]
            self._list_absent(home, key := (home[0], contact, number))
            self._queue(home).waiting[key] = at
        agents = page.agents or [""] * len(page.answered)
        for (place, contact, number, at), agent in zip(page.answered, agents, strict=True):
            home = page.homes[place]
            self._list_absent(home, key := (home[0], contact, number))
            self._absent_agents[key] = agent
            self._queue(home).talk(key, at)
        for home, counts in page.unresolved:
            self._queue(home).unresolved = counts
        self.since |= page.since or dict.fromkeys(self.since, (page.waits_since, page.talks_since))

    def complete(self) -> None:
        """End the reading: visits that were too old when the last page was written are in its
        counts already.
        """
        for home, queue in self._queues.items():
            queue.waits_since, queue.talks_since = self.since[home[2]]
            for key, _ in self._take_old(queue):
                self.absent.pop(key, None)

    def _list_absent(self, home: Home, key: VisitKey) -> None:
        self._forget(key)
        self.absent[key] = home

    def _forget(self, key: VisitKey) -> None:
        home = self.absent.pop(key, None)
        self._absent_agents.pop(key, None)
        if home is not None:
            self._drop(key, home)

    def _drop(self, key: VisitKey, home: Home) -> None:
        queue = self._queues[home]
        queue.waiting.pop(key, None)
        queue.hang_up(key)
        self._cease(key)
