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

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from floorpulse.contracts.horizons import SHORT, Horizons, channels
from floorpulse.contracts.presence import Counts, Home, Page
from floorpulse.contracts.updates import Gauge, Talk
from floorpulse.contracts.visits import Longest, Visit, VisitKey, is_open, offer_at, queue_of
from floorpulse.counting.months import Month, month_of
from floorpulse.kpi_engine.fold.packed import GaugeAges, NothingPacked, OpenSince
from floorpulse.kpi_engine.fold.watermark import FUTURE

NO_END = 1 << 62
Since = dict[str, tuple[int, int]]
"""By channel, the offers and the answers before which a visit is too old to be still open"""
STEP = 900_000
"""Milliseconds of event time between two looks for visits that became too old"""


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


class OpenVisit(NamedTuple):
    """A visit that waits since its offer, or is in progress since its answer."""

    home: Home
    key: VisitKey
    since: int
    answered: bool


def entry_of(key: VisitKey, visit: Visit) -> OpenVisit | None:
    """The entry of an open visit; None where it is over, or its queue or offer is not known yet."""
    queue = queue_of(visit)
    offered = offer_at(visit)
    if queue is None or offered is None or not is_open(visit):
        return None
    home = key[0], queue, visit.channel
    answered = visit.answered_at
    return OpenVisit(home, key, offered if answered is None else answered, answered is not None)


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
        self._kept_since = -NO_END
        self._queues: dict[Home, QueueOpenVisits] = {}
        self._changed: set[Home] = set()
        self._month = Month("", 0, 0)

    def __len__(self) -> int:
        """How many visits wait or are in progress."""
        here = sum(len(queue.waiting) + len(queue.answered) for queue in self._queues.values())
        return here + self.packed.going_on

    # ------------------------------------------------------------- the usual steps

    def wait(self, home: Home, key: VisitKey, at: int) -> None:
        """A visit waits since `at`."""
        queue = self._queue(home)
        if at < queue.waits_since:
            self._count(home, queue, at, 1)
        else:
            queue.waiting[key] = at
        queue.gauge = None

    def answer(self, home: Home, key: VisitKey, offered: int, at: int) -> None:
        """A visit that waits since `offered` is in progress since `at`."""
        queue = self._queue(home)
        if queue.waiting.pop(key, None) is None and offered < queue.waits_since:
            self._count(home, queue, offered, -1)
        queue.gauge = None
        if at >= queue.talks_since:
            queue.talk(key, at)
            self._begun[key] = home

    def stop_waiting(self, home: Home, key: VisitKey, offered: int) -> None:
        """A visit that waits since `offered` no longer waits."""
        queue = self._queue(home)
        if queue.waiting.pop(key, None) is None and offered < queue.waits_since:
            self._count(home, queue, offered, -1)
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

    def _count(self, home: Home, queue: QueueOpenVisits, offered: int, change: int) -> None:
        if offered < self._kept_since:
            return
        if not self._month.begin <= offered < self._month.end:
            self._month = month_of(offered)
        month = self._month.begin
        count = queue.unresolved.get(month, 0) + change
        if count:
            queue.unresolved[month] = count
        else:
            queue.unresolved.pop(month, None)
        self._changed.add(home)

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
                self._count(home, queue, at, 1)
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

    def keep_since(self, instant: int) -> None:
        """Visits offered before `instant`, the begin of a month, were deleted: none of them is
        unresolved.
        """
        if instant <= self._kept_since:
            return
        self._kept_since = instant
        for home, queue in self._queues.items():
            kept = {month: count for month, count in queue.unresolved.items() if month >= instant}
            if len(kept) < len(queue.unresolved):
                queue.unresolved = kept
                queue.gauge = None
                self._changed.add(home)

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

    def take_changed(self) -> set[Home]:
        """The queues and channels whose count of unresolved visits changed since it was last
        taken.
        """
        taken = self._changed
        self._changed = set()
        return taken

    def put_back(self, changed: Iterable[Home]) -> None:
        """Note again the changes that `take_changed` gave and no flush wrote."""
        self._changed.update(changed)

    def unresolved(self, homes: Iterable[Home]) -> list[tuple[Home, Counts]]:
        """How many visits of `homes` are unresolved and not listed; none, where nothing is known of
        a home.
        """
        return [
            (home, dict(self._queues[home].unresolved) if home in self._queues else {})
            for home in sorted(set(homes))
        ]

    def counted(self) -> list[Home]:
        """Queues and channels that have unresolved visits which are not listed."""
        return [home for home, queue in self._queues.items() if queue.unresolved]

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
