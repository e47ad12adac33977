"""The flat path of the fold held against the plain one: logs of disorder, contradictions,
repetition and odd JSON, taken in by two partitions side by side, in the same slices, with the same
flushes.

    log ─┬─► Records ─► Partition.apply ─────────────┐
         └─► decode ──► Partition.apply_plainly ─────┴─► equal in all that they hold and write
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from floorpulse.contracts.events import AnyEvent
from floorpulse.contracts.horizons import Horizons
from floorpulse.contracts.letters import Reason, Refusal
from floorpulse.contracts.visits import Longest, encode_visit
from floorpulse.kpi_engine.fold.decode import Records, decode
from floorpulse.kpi_engine.fold.panes import NEVER
from floorpulse.kpi_engine.fold.partition import FlushRows, Partition
from tests.fakes.engine import MemoryStore

BEGIN = 1_794_300_000_000
MINUTE = 60_000
SPAN = 30 * MINUTE
LONGEST = Horizons(Longest(wait=20 * MINUTE, conversation=15 * MINUTE))
ALLOWANCE = 15_000
QUEUES = ("sales", "service", "热线")
CHANNELS = ("voice", "chat", "callback")
AGENTS = ("ann", "bob", "cyd")
SURVEY = {"kind": "csat", "score": 4, "best": 5, "worst": 1}

Told = dict[str, Any]


# ---------------------------------------------------------------- a log


def records(seed: int, contacts: int = 60) -> list[bytes]:
    """A log of some contacts, as a source tells it that does everything wrong now and then."""
    dice = Random(seed)
    told = [one for number in range(contacts) for one in _stays(number, dice)]
    told += [_otherwise(dice.choice(told), dice) for _ in range(len(told) // 10)]
    told += [dict(dice.choice(told)) for _ in range(len(told) // 20)]
    late = dice.choice((2_000, 20_000, SPAN))
    told.sort(key=lambda one: one["at"] + dice.random() ** 4 * late)
    return [_written(one, number, dice) for number, one in enumerate(told)]


def _stays(number: int, dice: Random) -> Iterator[Told]:
    at = BEGIN + dice.randrange(SPAN)
    common = {"tenant": dice.choice(("acme", "bolt")), "contact": f"c{number}"}
    for visit in range(1, dice.choice((1, 1, 1, 2)) + 1):
        for one in _stay(at, dice):
            at = one["at"]
            numbered = {"visit": visit} if visit > 1 or dice.random() < 0.5 else {}
            yield {**common, **numbered, **one}
    if dice.random() < 0.15:
        yield {**common, **_feedback(at, dice)}
    if dice.random() < 0.1:
        yield {"tenant": common["tenant"], **_of_an_agent(at, dice)}


def _stay(at: int, dice: Random) -> Iterator[Told]:
    queue = dice.choice(QUEUES)
    offer: Told = {"type": "contact.offered", "at": at, "queue": queue}
    yield offer | _some(
        dice, channel=dice.choice(CHANNELS), customer="k" * 64, attributes={"vip": "yes"}
    )
    at += dice.choice((0, 1_000, dice.randrange(90_000), 4_000_000))
    wait = _some(dice, wait_ms=dice.choice((0, 5_000, dice.randrange(90_000))))
    luck = dice.random()
    if luck < 0.1:
        return
    if luck < 0.2:
        yield {"type": "contact.abandoned", "at": at, **wait, **_some(dice, queue=queue)}
        return
    if luck < 0.3:
        reason = dice.choice(("overflow", "timeout", "callback", "other"))
        yield {"type": "contact.left", "at": at, "reason": reason, **wait}
        return
    answer: Told = {"type": "contact.answered", "at": at, "agent": dice.choice(AGENTS)}
    yield answer | wait | _some(dice, queue=queue)
    yield from _conversation(at, dice)


def _conversation(at: int, dice: Random) -> Iterator[Told]:
    if dice.random() < 0.2:
        yield {"type": "contact.held", "at": at + 1_000}
        yield {"type": "contact.resumed", "at": at + 5_000}
    if dice.random() < 0.1:
        yield {"type": "contact.transferred", "at": at + 6_000, "to_queue": dice.choice(QUEUES)}
    if dice.random() < 0.2:
        return
    at += dice.randrange(6_000, 400_000)
    ended: Told = {"type": "contact.ended", "at": at}
    yield ended | _some(dice, talk_ms=dice.randrange(90_000), hold_ms=dice.choice((0, 7_000)))
    if dice.random() < 0.6:
        at += dice.randrange(90_000)
        wrapped: Told = {"type": "contact.wrapped", "at": at}
        yield wrapped | _some(dice, wrap_ms=dice.choice((0, 30_000)))


def _feedback(at: int, dice: Random) -> Told:
    kinds: tuple[Told, ...] = (
        {"type": "survey.answered", "survey": "s", **SURVEY},
        {"type": "survey.answered", "survey": "s", "visit": 1, **SURVEY},
        {"type": "qa.scored", "evaluation": "e", "score": 72.5, "visit": 1},
        {"type": "complaint.opened", "complaint": "k"},
        {"type": "agent.missed", "agent": "ann", "ring_ms": dice.choice((0, 9_000)), "visit": 1},
        {"type": "contact.amended", "reason": "typed wrong", "wait_ms": 3_000},
        {"type": "contact.retracted", "reason": "imported twice", "what": "answered"},
    )
    return dice.choice(kinds) | {"at": at + dice.randrange(-60_000, 120_000)}


def _of_an_agent(at: int, dice: Random) -> Told:
    state = dice.choice(("available", "busy", "break"))
    return {"type": "agent.state", "at": at, "agent": dice.choice(AGENTS), "state": state}


def _some(dice: Random, **fields: object) -> Told:
    return {name: value for name, value in fields.items() if dice.random() < 0.4}


def _otherwise(one: Told, dice: Random) -> Told:
    """The same thing told with one field changed."""
    changes: Told = {
        "at": one["at"] + dice.choice((-1, 1, 1_000, 3_600_000)),
        "queue": dice.choice(QUEUES),
        "agent": dice.choice(AGENTS),
        "wait_ms": dice.randrange(90_000),
        "talk_ms": dice.randrange(90_000),
        "visit": dice.choice((1, 2)),
        "channel": dice.choice(CHANNELS),
    }
    name = dice.choice([*(set(changes) & set(one)), "at"])
    return one | {name: changes[name]}


# ---------------------------------------------------------------- its JSON


def _written(one: Told, number: int, dice: Random) -> bytes:
    named = {"type": one["type"], "id": f"e{number}", "source": dice.choice(("pbx", "crm")), **one}
    if dice.random() < 0.85:
        return json.dumps(named, ensure_ascii=False, separators=(",", ":")).encode()
    return _oddly(named, dice)


def _oddly(one: Told, dice: Random) -> bytes:
    """JSON as nobody should write it; some of it is no event."""
    name = dice.choice(list(one))
    values: tuple[object, ...] = (
        None, True, -1, 0, 1.0, 1.5, 2**63, "", "0", "x" * 128, "x" * 129, 'é\\"\n', "a\0b", [], {},
    )  # fmt: skip
    value = dice.choice(values)
    text = json.dumps(one, indent=dice.choice((None, 1)))
    rest = {field: said for field, said in one.items() if field != name}
    times = ("2026-11-10T09:30:00+08:00", "yesterday", -1, 4_102_444_800_000)
    ways: tuple[str, ...] = (
        text,
        text[: dice.randrange(len(text))],
        f"{text[:-1]},{json.dumps(name)}:{json.dumps(value)}}}",
        json.dumps(rest),
        json.dumps(one | {name: value}),
        json.dumps(one | {"no_such_field": value}),
        json.dumps(one | {"at": dice.choice(times)}),
        json.dumps(one | {"visit": dice.choice((0, 1, 32_767, 32_768))}),
        json.dumps(dict(dice.sample(list(one.items()), len(one)))),
    )
    return dice.choice(ways).encode()


# ---------------------------------------------------------------- two sides


@dataclass
class Side:
    """A partition and its database; it takes events in `flatly`, or one by one the plain way."""

    flatly: bool
    store: MemoryStore = field(default_factory=lambda: MemoryStore(horizons=LONGEST))
    kept_since: int = NEVER

    def __post_init__(self) -> None:
        self.refused: list[tuple[int, Refusal]] = []
        self.claim()

    def claim(self) -> None:
        """Forget everything in memory; be the new owner."""
        self.partition: Partition = self.store.own(0)
        self.partition.keep_since(self.kept_since)

    def take(self, values: Sequence[bytes | None], start: int) -> None:
        """A slice that begins at this offset."""
        self.partition.begin_slice()
        if self.flatly:
            self._take_flatly(values, start)
        else:
            self._take_plainly(values, start)

    def _take_flatly(self, values: Sequence[bytes | None], start: int) -> None:
        end = start + len(values)
        while True:
            left = values[len(values) - (end - start) :]
            records = Records(left, range(start, end), end, self.kept_since)
            self.partition.take_in(records)
            self.partition.move(records.following)
            self.partition.advance(records.instants, BEGIN + SPAN, ALLOWANCE)
            if records.refusal is None:
                return
            self.refused.append((records.following, records.refusal))
            start = records.following + 1

    def _take_plainly(self, values: Sequence[bytes | None], start: int) -> None:
        instants: list[int] = []
        for offset, value in enumerate(values, start):
            said = self._said(value)
            if isinstance(said, Refusal):
                self.refused.append((offset, said))
                self.partition.move(offset)
            else:
                instants.append(said.at)  # type: ignore[arg-type]  # decoded: milliseconds
                self.partition.apply_plainly(offset, said)
        self.partition.move(start + len(values))
        self.partition.advance(instants, BEGIN + SPAN, ALLOWANCE)

    def _said(self, value: bytes | None) -> AnyEvent | Refusal:
        said = decode(value)
        if isinstance(said, Refusal) or said.at >= self.kept_since:  # type: ignore[operator]  # see above
            return said
        words = f"its month was deleted; kept is what happened since {self.kept_since}"
        return Refusal(Reason.BEYOND_RETENTION, words)

    def flush(self, *, fails: bool) -> FlushRows | None:
        """Join what is wanted and write, or fail to."""
        partition = self.partition
        while wanted := partition.wanted:
            partition.join(wanted, self.store.find(0, wanted))
        rows = partition.take_dirty()
        if fails:
            partition.not_flushed()
        elif rows is not None and self.store.write(rows).value == "written":
            partition.flushed()
        elif rows is not None:
            partition.conflicted()
        return rows

    def publish(self, now: int, *, everything: bool) -> list[object]:
        """What readers are told."""
        partition = self.partition
        panes = partition.panes.take_unpublished(1_000)
        talks = partition.visits.presence.take_talks(everything=everything)
        told = sorted((*pane.key, pane.revision, pane.cells) for pane in panes)
        return [told, sorted(map(repr, talks)), partition.gauges(now), partition.published_offset]

    def picture(self) -> dict[str, object]:
        """All that the partition holds."""
        partition = self.partition
        visits = partition.visits
        panes = partition.panes
        presence = visits.presence
        return {
            "refusals": self.refused,
            "visits": [(key, encode_visit(visit)) for key, visit in visits.rows.items()],
            "parked": [(key, encode_visit(one.visit)) for key, one in visits.parked.items()],
            "written visits": list(visits.dirty.items()),
            "contacts": {
                tenant: list(known) for tenant, known in visits.contacts.known.items() if known
            },
            "panes": [
                (key, one.revision, one.cells, one.based, one.stored, one.dirty, one.unpublished)
                for key, one in panes.rows.items()
            ],
            "written panes": [one.key for one in panes.dirty],
            "late": panes.late,
            "open visits": [
                (home, list(one.waiting.items()), list(one.answered.items()), one.unresolved)
                for home, one in presence.queues.items()
            ],
            "talks": (presence.begun, presence.over),
            "orphans": (visits.orphans.tallies, visits.orphans.dirty),
            "position": (partition.position, partition.published_offset, partition.dirty),
        }


def difference(seed: int) -> str | None:
    """Where the two ways differ on the log of this seed; None where they do not."""
    log = records(seed)
    dice = Random(-1 - seed)
    sides = Side(flatly=True), Side(flatly=False)
    start = 0
    while start < len(log):
        most = dice.choice((1, 5, 60, 400))
        values = log[start : start + dice.randint(1, most)]
        for side in sides:
            side.take(values, start)
        start += len(values)
        found = _compared(sides) or _disturbed(sides, dice)
        if found is not None:
            return f"log {seed}, before offset {start}: {found}"
        start = min(start, sides[0].partition.next_offset)
    return None


def _compared(sides: tuple[Side, Side]) -> str | None:
    flat, plain = (side.picture() for side in sides)
    differing = [name for name, held in flat.items() if held != plain[name]]
    return f"different {', '.join(differing)}" if differing else None


def _disturbed(sides: tuple[Side, Side], dice: Random) -> str | None:
    """What else happens to a partition between two slices."""
    luck = dice.random()
    if luck < 0.3:
        fails = dice.random() < 0.2
        flat, plain = (side.flush(fails=fails) for side in sides)
        return None if flat == plain else "different rows"
    if luck < 0.45:
        now = BEGIN + dice.randrange(2 * SPAN)
        everything = dice.random() < 0.3
        told, expected = (side.publish(now, everything=everything) for side in sides)
        return None if told == expected else "readers are told otherwise"
    most = dice.choice((0, 10, 50))
    for side in sides:
        _forget(side, luck, most)
    return None


def _forget(side: Side, luck: float, most: int) -> None:
    """Memory is trimmed, the owner changes, or a month is deleted; mostly nothing."""
    if luck < 0.6:
        side.partition.trim(most, most)
    elif luck < 0.65:
        side.claim()
    elif luck < 0.67:
        side.kept_since = BEGIN + 5 * MINUTE
        side.partition.keep_since(side.kept_since)
