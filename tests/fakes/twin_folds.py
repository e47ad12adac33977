"""Two engines over databases of their own, one of which folds by the core in C: whatever both are
told, everything that they keep and write, and what there is to publish, must stay equal.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, fields, is_dataclass, replace
from random import Random
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry

from floorpulse.contracts.presence import Page, decode_page
from floorpulse.kpi_engine.app import Engine, EngineOptions, RecordBatch
from floorpulse.kpi_engine.fold.decode import told_by
from floorpulse.kpi_engine.fold.feedback import homeless
from floorpulse.kpi_engine.fold.flush_rows import FlushRows
from floorpulse.kpi_engine.fold.orphans import Orphans
from floorpulse.kpi_engine.fold.panes import Pane
from floorpulse.kpi_engine.fold.partition import Partition
from floorpulse.kpi_engine.fold.presence import PartitionPresence
from floorpulse.kpi_engine.fold.visits import Visits
from floorpulse.kpi_engine.metrics import EngineMetrics
from floorpulse.kpi_engine.native.core import Core
from floorpulse.kpi_engine.native.packed import PackedVisits, WholeVisit
from floorpulse.kpi_engine.ports import FlushOutcome
from floorpulse.runtime.unavailable import StoreUnavailable
from tests.fakes.copied_rows import pane_rows, visit_rows
from tests.fakes.engine import Channels, MemoryStore
from tests.fakes.fold_logs import HOUR, START, log
from tests.unit.kpi_engine.builders import MINUTE

EVERYTHING = 1 << 30
OPTIONS = EngineOptions(
    allowance=15_000,
    slice_records=400,
    dirty_rows=20_000,
    outage_rows=200_000,
    visits_in_memory=EVERYTHING,
    panes_in_memory=EVERYTHING,
)
LEAD_BACK = {"_rows", "_panes", "_changed", "_unwritten"}
COUNTED = ("records_total", "dead_letters_total", "future_events_total")


class RememberingStore(MemoryStore):
    """A store that remembers everything that it was asked to write."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[FlushRows] = []

    async def flush(self, rows: Sequence[FlushRows]) -> Mapping[int, FlushOutcome]:
        """See `MemoryStore.flush`."""
        self.asked += rows
        return await super().flush(rows)


@dataclass
class Twin:
    """One engine, the database that outlives it, and what it told."""

    engine: Engine
    store: RememberingStore
    channels: Channels
    registry: CollectorRegistry

    @property
    def partition(self) -> Partition:
        """The one partition."""
        return self.engine.partitions[0]


def twin(core: Core | None, options: EngineOptions, store: RememberingStore) -> Twin:
    """An engine over `store`."""
    channels = Channels()
    registry = CollectorRegistry()
    engine = Engine(store, channels, channels, options, EngineMetrics(registry), core)
    return Twin(engine, store, channels, registry)


class Twins:
    """Both engines, with one log between them."""

    def __init__(self, core: Core, dice: Random) -> None:
        self._cores = (None, core)
        self._dice = dice
        self._in_memory = dice.choice([40, 300, EVERYTHING])
        self._stores = (RememberingStore(), RememberingStore())
        self._values: list[bytes | None] = []
        self._offsets: list[int] = []
        self.both: tuple[Twin, Twin] = self._born()

    def _born(self) -> tuple[Twin, Twin]:
        size = self._dice.choice([1, 7, 100, 400])
        options = replace(
            OPTIONS,
            slice_records=size,
            visits_in_memory=self._in_memory,
            panes_in_memory=self._in_memory,
        )
        python, native = (
            twin(core, options, store)
            for core, store in zip(self._cores, self._stores, strict=True)
        )
        return python, native

    async def run(self, contacts: int) -> None:
        """A whole log, with flushes, crashes and all else in between. AssertionError where they
        differ.
        """
        self._values = log(self._dice, contacts, self._dice.choice([0.1, 0.5, 1.0]))
        step = self._dice.choice([1, 1, 3])
        self._offsets = list(range(0, len(self._values) * step, step))
        await self.claim()
        while (begin := self.both[0].partition.next_offset) <= self._offsets[-1]:
            await self._each(self._batch(begin))
            await self._disturbed()
            self.compare()
        await self.each(lambda one: one.engine.flush())
        self.compare()

    async def claim(self) -> None:
        """Both own the partition."""
        for one in self.both:
            one.engine.adopt(await one.engine.claim(0, "log", 0, 1 << 40))

    async def each(self, work: Callable[[Twin], Awaitable[object]]) -> None:
        """Let both do something."""
        for one in self.both:
            await work(one)

    async def _each(self, batch: RecordBatch) -> None:
        await self.each(lambda one: one.engine.apply(one.partition, batch))

    def _batch(self, begin: int) -> RecordBatch:
        """The following records; now and then some that are included already stand before them."""
        first = next(i for i, offset in enumerate(self._offsets) if offset >= begin)
        first = max(0, first - self._dice.choice([0, 0, 3]))
        last = min(len(self._values), first + self._dice.choice([4, 50, 300, 2000]))
        offsets: Sequence[int] = self._offsets[first:last]
        if offsets[-1] - offsets[0] == len(offsets) - 1:
            offsets = range(offsets[0], offsets[-1] + 1)
        appended_at = START + self._dice.choice([0, 30 * MINUTE, 2 * HOUR])
        values = self._values[first:last]
        return RecordBatch(offsets[0], offsets[-1] + 1, values, offsets, appended_at)

    async def _disturbed(self) -> None:
        """Whatever may come between two batches."""
        chances: Sequence[Callable[[], Awaitable[None]]] = (
            self._flush,
            self._flush,
            self._flush,
            self._join,
            self._taken,
            self._crash,
            self._lost_answer,
            self._away,
            self._retention,
            self._forget,
            self._nothing,
        )
        await self._dice.choice(chances)()

    async def _nothing(self) -> None:
        pass

    async def _flush(self) -> None:
        await self.each(lambda one: one.engine.flush())

    async def _join(self) -> None:
        await self.each(lambda one: one.engine.join())

    async def _crash(self) -> None:
        self.both = self._born()
        await self.claim()

    async def _lost_answer(self) -> None:
        for one in self.both:
            one.store.lose_answer = True
            with suppress(StoreUnavailable):
                await one.engine.flush()
            one.store.lose_answer = False

    async def _away(self) -> None:
        for one in self.both:
            one.store.away = True
            with suppress(StoreUnavailable):
                await one.engine.flush()
            one.store.away = False

    async def _retention(self) -> None:
        kept_since = START + self._dice.choice([-HOUR, 2 * MINUTE])
        for one in self.both:
            one.store.announced = kept_since
            await one.engine.reload_retention()

    async def _forget(self) -> None:
        """The core has too many names."""
        for one in self.both:
            if isinstance(packed := one.partition.visits.packed, PackedVisits):
                packed.forget_more(0)

    async def _taken(self) -> None:
        """What there is to publish is taken."""
        most = self._dice.choice([5, EVERYTHING])
        everything = self._dice.random() < 0.3
        taken = [
            (
                [plain_pane(pane) for pane in one.partition.panes.take_unpublished(most)],
                sorted(one.partition.agents.take_unpublished(), key=repr),
                sorted(one.partition.visits.presence.take_talks(everything=everything), key=repr),
            )
            for one in self.both
        ]
        assert taken[0] == taken[1]

    def compare(self) -> None:
        """Raises AssertionError where the two differ."""
        python, native = map(state, self.both)
        for one in self.both:
            one.store.asked.clear()
        for name, expected in python.items():
            assert native[name] == expected, f"{name} differs: {difference(native[name], expected)}"


def difference(one: Any, other: Any) -> str:
    """The first place, as deep as possible, at which two of the same kind differ."""
    if type(one) is type(other) and isinstance(one, list | tuple):
        for place, (mine, yours) in enumerate(zip(one, other, strict=False)):
            if mine != yours:
                return f"[{place}]{difference(mine, yours)}"
        return f" {len(one)} instead of {len(other)}: {(*one[len(other) :], *other[len(one) :])}"
    return f" {one!r} instead of {other!r}"


def state(one: Twin) -> dict[str, Any]:
    """Everything that an engine holds of its partition, wrote and refused; packed visits stay so,
    and stand among the others. What has no order is sorted.
    """
    partition = one.partition
    panes = partition.panes
    panes.settle()
    visits = partition.visits
    sources = one.engine._publisher._sources.get(0)
    heard = sources._known if sources else {}
    whole = peeked(visits.packed) if isinstance(visits.packed, PackedVisits) else []
    contacts = copy(visits.contacts)
    contacts.known = known_contacts(visits, whole)
    return {
        "position": partition.position,
        "published": (partition.published_offset, partition._by_events, partition._highest),
        "panes": [
            [plain_pane(pane) for pane in kept]
            for kept in (
                panes.rows.values(),
                panes.unbased.values(),
                panes.dirty,
                panes._unpublished,
            )
        ],
        "late": (
            inside({key: told_by(event) for key, event in panes.late.items()}),
            panes.since,
            panes.kept_since,
        ),
        "visits": ordered(
            {**visits.rows, **{each.key: each.visit for each in whole}, **spoken(whole)}.items()
        ),
        "dirty": ordered({**visits.dirty, **said(whole, 2), **surveys(whole, "dirty")}.items()),
        "parked": inside(visits.parked),
        "doubts": (visits.doubted, visits.since),
        "flying": ordered({**visits.flying, **said(whole, 3), **surveys(whole, "flying")}.items()),
        "contacts": inside(contacts),
        "chains": (chains(visits, whole), visits.chains.asked, visits.chains.unsure),
        "sizes": (len(visits.rows) + len(visits.packed), partition.dirty),
        "presence": presence(visits.presence, whole),
        "orphans": orphans(visits.orphans),
        "agents": inside(partition.agents),
        "gauges": sorted(partition.gauges(partition.watermark or 0), key=repr),
        "wanted": partition.wanted,
        "rows": [written(rows) for rows in one.store.asked],
        "letters": [msgspec.structs.replace(letter, at=0) for letter in one.channels.letters],
        "sources": {key: (source.queues, source.news) for key, source in heard.items()},
        "counted": {
            (sample.name, *sample.labels.values()): sample.value
            for metric in one.registry.collect()
            for sample in metric.samples
            if sample.name.endswith(COUNTED)
        },
    }


def peeked(packed: PackedVisits) -> list[WholeVisit]:
    """All of all packed visits, which stay so."""
    return [packed.whole(number) for number in packed._numbers(flying=False)]


def spoken(whole: Iterable[WholeVisit]) -> dict[Any, Any]:
    """The contacts' own records that packed visits stand for."""
    return {
        each.contact_key: homeless(each.survey.told(), None)
        for each in whole
        if each.survey is not None
    }


def surveys(whole: Iterable[WholeVisit], which: str) -> dict[Any, bool]:
    """Those of them that are to be written, or being written: all are new."""
    return {each.contact_key: True for each in whole if each.survey and getattr(each.survey, which)}


def chains(visits: Visits, whole: Iterable[WholeVisit]) -> Any:
    """The contacts whose feedback is placed, with the numbers of their records."""
    packed = {each.key[:2]: {0, each.key[2]} for each in whole if each.survey}
    return ordered({**visits.chains.numbers, **packed}.items())


def ordered(these: Iterable[Any]) -> list[Any]:
    """What has no order, in some."""
    return sorted((inside(each) for each in these), key=repr)


def said(whole: Iterable[WholeVisit], place: int) -> dict[Any, Any]:
    """What packed visits say at a place, where they do."""
    return {each[0]: each[place] for each in whole if each[place] is not None}


def plain_cells(cells: Mapping[int, int]) -> list[tuple[int, int]]:
    """Cells, whatever order they came in; a missing code is 0."""
    return sorted((code, amount) for code, amount in cells.items() if amount)


def plain_pane(pane: Pane) -> Any:
    """What a pane says."""
    flags = pane.based, pane.stored, pane.dirty, pane.unpublished
    return pane.key, pane.revision, plain_cells(pane.cells), flags


def orphans(known: Orphans) -> Any:
    """What is doubted, and what was counted; a record says what its event says."""
    fresh = {key: told_by(event) for key, event in known._fresh.items()}
    doubts = {key: (told_by(one.event), one.since) for key, one in known._doubts.items()}
    return inside((fresh, doubts, known.tallies, known.dirty))


def known_contacts(visits: Visits, whole: Iterable[WholeVisit]) -> Any:
    """By tenant and contact the number of its only visit, or its several."""
    known = {
        (tenant, contact): inside(numbers)
        for tenant, contacts in visits.contacts.known.items()
        for contact, numbers in contacts.items()
    }
    known |= {each[0][:2]: each[0][2] for each in whole}
    return ordered(known.items())


def presence(known: PartitionPresence, whole: Iterable[WholeVisit]) -> Any:
    """Who is open, by queue and channel, and what of that was not told."""
    listed: list[Any] = [
        (home, key, at, answered)
        for home, queue in known._queues.items()
        for answered, there in enumerate((queue.waiting, queue.answered))
        for key, at in there.items()
    ]
    begun: dict[Any, Any] = dict(known._begun)
    over = set(known._over)
    for key, visit, _, _, is_over, home, _ in whole:
        if home is not None:
            at = visit.offered_at if visit.answered_at is None else visit.answered_at
            listed.append((home, key, at, int(visit.answered_at is not None)))
        if is_over:
            over.add(key)
        elif is_over is not None:
            begun[key] = home
    counts = [(home, queue.unresolved) for home, queue in known._queues.items() if queue.unresolved]
    absent = (
        known.absent,
        known._absent_agents,
        known.since,
        known.unresolved.kept_since,
        known.unresolved.changed,
    )
    return ordered(listed), begun, over, ordered(counts), absent


def written(rows: FlushRows) -> Any:
    """What a flush writes; the order of its rows says nothing."""
    cells = msgspec.msgpack.Decoder(dict[int, int])
    fields_of = {name: getattr(rows, name) for name in rows.__dataclass_fields__}
    for name in ("new_panes", "panes"):
        fields_of[name] = [
            (*row[:-1], plain_cells(cells.decode(row[-1]))) for row in pane_rows(fields_of[name])
        ]
    fields_of["presence"] = [
        (partition, number, plain_page(decode_page(page)))
        for partition, number, page in fields_of["presence"]
    ]
    for name in ("new_visits", "visits"):
        fields_of[name] = ordered(visit_rows(fields_of[name]))
    packed = fields_of.pop("lonely_packed").visits()
    fields_of["lonely"] = ordered([*fields_of["lonely"], *packed])
    return fields_of


def plain_page(page: Page) -> Any:
    """What a page says; the numbers of its queues and channels say nothing."""
    waiting = [(page.homes[place], *rest) for place, *rest in page.waiting]
    answered = [
        (page.homes[place], *rest, agent)
        for (place, *rest), agent in zip(page.answered, page.agents, strict=True)
    ]
    said = page.waits_since, page.talks_since, page.since, page.unresolved
    return sorted(waiting), sorted(answered), sorted(page.over), said


def inside(one: Any) -> Any:
    """The fields of a record, however deep; of dictionaries and lists the order counts."""
    if isinstance(one, msgspec.Struct):
        return type(one).__name__, [inside(getattr(one, name)) for name in one.__struct_fields__]
    if is_dataclass(one):
        return type(one).__name__, [inside(getattr(one, each.name)) for each in fields(one)]
    if isinstance(one, dict):
        return [(key, inside(value)) for key, value in one.items()]
    if isinstance(one, list | tuple):
        return [inside(each) for each in one]
    if type(one).__module__.startswith("floorpulse.kpi_engine.fold"):
        return type(one).__name__, [inside(value) for value in without_owners(one)]
    return one


def without_owners(one: Any) -> list[Any]:
    """The values of an object, but for those that lead back to the whole."""
    return [value for name, value in vars(one).items() if name not in LEAD_BACK]
