"""Rows that are written once and kept: what is kept is what would be written afresh."""

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import msgspec
import pytest

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.reading import WindowReading
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.windows import Span, Window
from floorpulse.contracts.cells import Cell, Histogram
from floorpulse.contracts.updates import SourceHeard
from floorpulse.contracts.visits import Visit
from floorpulse.counting.families import Family
from floorpulse.definitions.domain.definition_history import NOTHING
from floorpulse.figures.live import kept
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.live.kept import KEPT_OF_ONE, KeptAnswers, KeptRows, is_leveled
from floorpulse.figures.live.opened import LivePlace
from floorpulse.figures.live.written import RowText, SubjectText, json_of, substance_of
from floorpulse.figures.lookup.lookup import Lookup
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import Question
from floorpulse.figures.selection import Labels, RowKey
from floorpulse.kpis.catalogue import ASKED, OVER_SPANS
from floorpulse.kpis.figures import MomentFigures, SpanFigures
from floorpulse.kpis.formulas.service_level import late_of
from floorpulse.kpis.inputs import Need
from floorpulse.kpis.policies import DEFAULT_POLICY
from floorpulse.query.api.parameters import LivePageParameters
from tests.fakes.definitions import definitions
from tests.fakes.floor import abandoned, answered, left, waiting
from tests.fakes.world import NOW, World, busy_world

QUEUES = ("sales", "help", 'a "quoted" queue', "咨询")
PLAIN = ",".join(name for name, kpi in ASKED.items() if kpi.needs is Need.NOTHING)
WALL = "service_level,asa,abandonment_rate,waiting,longest_wait"
EVERYTHING = ",".join(ASKED)
ASKINGS: tuple[dict[str, str], ...] = (
    {"kpi": WALL, "queue": "sales,help", "window": "15m"},
    {"kpi": PLAIN, "window": "5m"},
    {"kpi": PLAIN, "by": "queue,channel", "window": "today"},
    {"kpi": WALL, "by": "total", "window": "30m"},
    {"kpi": WALL, "by": "total", "queue": "sales,help"},
    {"kpi": WALL, "by": "team"},
    {"kpi": "service_level,waiting", "formula": "V1", "threshold": "40"},
    {"kpi": "service_level:V6,service_level", "flow_outs": "true"},
    {"kpi": "agents,waiting,asa"},
)
LOOKED_UP: tuple[dict[str, str], ...] = (
    {"kpi": "service_level,offered", "clock": "calendar"},
    {"kpi": EVERYTHING, "queue": "sales"},
    {"kpi": EVERYTHING, "by": "team"},
)
TEAMS = """
tenant: demo
teams: [{id: east, names: {en: East}}, {id: west, names: {en: West}}]
queues:
  - {id: sales, names: {en: Sales}, channels: [voice, chat], team: east}
  - {id: help, names: {en: Help}, channels: [voice], team: west, service_level: strict}
service_levels:
  - {id: strict, formula: V3, threshold: 5}
"""
OTHERS = (
    TEAMS.replace("threshold: 5", "threshold: 30")
    .replace("team: east", "team: north")
    .replace("team: west", "team: east")
    .replace("team: north", "team: west")
)
SLOW = """
tenant: demo
service_levels:
  - {id: slow, formula: V3, threshold: 7200}
queues: [{id: help, names: {en: Help}, channels: [voice], service_level: slow}]
"""
DEFINED = (NOTHING, definitions(TEAMS), definitions(TEAMS, OTHERS))


def a_world() -> World:
    return World(
        make=lambda steady: Board(Rules(ZoneInfo("Asia/Shanghai"), silence=900_000), steady)
    )


def fresh(world: World) -> LiveFigures:
    """Figures that keep nothing yet."""
    history = world.history
    lookup = Lookup(history, history, lambda: world.now / 1000)
    return LiveFigures(world.floors, lookup, world.turns)


def query(world: World, **asked: str) -> LiveQuery:
    return LivePageParameters(**asked).query(world.floors.view("demo"))


class Told(msgspec.Struct):
    """A page: its JSON, what is substantial in it, and where it goes on."""

    text: bytes
    substance: bytes
    more: LivePlace | None


def told(
    live: LiveFigures, asked: LiveQuery, after: LivePlace | None = None, limit: int = 100_000
) -> Told:
    page, more = asyncio.run(live.written(asked, after, limit))
    substance = b"".join(map(substance_of, page.portions))
    return Told(b"[%b]" % b"".join(map(json_of, page.portions))[1:], substance, more)


def rows_as_json(live: LiveFigures, asked: LiveQuery) -> bytes:
    return msgspec.json.encode(asyncio.run(live.rows(asked)))


class Days:
    """What happens on a floor, at random."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._dice = random.Random(seed)

    def pass_by(self) -> None:
        """Something happens, some time passes, the board hears of it or not."""
        dice = self._dice
        self._world.now += dice.choice((0, 1, 400, 1_000, 7_000, 61_000))
        for happens in dice.sample(self._happenings, dice.randrange(3)):
            happens()
        if dice.random() < 0.7:
            self._world.tell()

    @property
    def _happenings(self) -> tuple[Callable[[], None], ...]:
        return self._contact, self._contact, self._end, self._pass, self._define, self._speak

    def _contact(self) -> None:
        dice = self._dice
        at = self._world.now - dice.randrange(1_200_000)
        queue = dice.choice(QUEUES)
        visit: Visit = dice.choice(
            (
                answered(at, dice.randrange(60), dice.randrange(300), queue),
                abandoned(at, dice.randrange(60), queue),
                left(at, dice.randrange(60), queue),
                waiting(at, queue),
                waiting(self._world.now - dice.randrange(40_000), queue),
            )
        )
        self._world.floor.put(
            msgspec.structs.replace(visit, channel=dice.choice(("voice", "chat")))
        )

    def _end(self) -> None:
        known = self._world.floor.visits_of
        if known:
            (tenant, contact), visit = self._dice.choice(list(known.items()))
            if visit.answered_at is None and visit.abandoned_at is None and visit.left_at is None:
                ended = msgspec.structs.replace(visit, abandoned_at=self._world.now)
                self._world.floor.change(contact, ended, tenant)

    def _pass(self) -> None:
        self._world.floor.watermark = self._world.now - self._dice.choice((2_000, 200_000))

    def _define(self) -> None:
        self._world.definitions = self._dice.choice(DEFINED)

    def _speak(self) -> None:
        heard = SourceHeard("demo", "pbx", 0, (1 << 64) - 1, [self._dice.choice(QUEUES)])
        self._world.board.sources.take(0, heard, self._world.now)


def questions(world: World, askings: tuple[dict[str, str], ...]) -> Iterator[LiveQuery]:
    """Those whose queues are known."""
    known = world.board.queues("demo")
    for asked in askings:
        if all(name in known for name in asked.get("queue", "sales").split(",")):
            yield query(world, **asked)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_kept_is_what_would_be_written_afresh(seed: int) -> None:
    world = a_world()
    days = Days(world, seed)
    live = fresh(world)
    for _ in range(25):
        days.pass_by()
        for asked in questions(world, ASKINGS):
            kept = told(live, asked)
            assert kept == told(fresh(world), asked)
            assert kept.text == rows_as_json(fresh(world), asked)


@pytest.mark.parametrize("text", [TEAMS, SLOW])
def test_what_is_looked_up_is_written_as_rows_have_it(text: str) -> None:
    world = busy_world()
    world.definitions = definitions(text)
    for asked in questions(world, LOOKED_UP):
        assert told(fresh(world), asked).text == rows_as_json(fresh(world), asked)


@pytest.mark.parametrize("limit", [1, 3, 5, 7, 1000])
def test_pages_of_any_length_make_the_whole(limit: int) -> None:
    world = busy_world()
    asked = query(world, kpi=WALL, by="queue,channel")
    live = fresh(world)
    pages = [told(live, asked, None, limit)]
    while pages[-1].more is not None:
        pages.append(told(live, asked, pages[-1].more, limit))
    rows = [row for page in pages for row in msgspec.json.decode(page.text)]
    assert rows == msgspec.json.decode(rows_as_json(fresh(world), asked))


def test_a_page_goes_on_behind_a_subject_that_is_there_no_more() -> None:
    world = busy_world()
    asked = query(world, kpi=WALL)
    page = told(fresh(world), asked, LivePlace(RowKey("mail"), 3))
    assert [row["queue"] for row in msgspec.json.decode(page.text)] == ["sales"] * 5


def texts(live: LiveFigures, asked: LiveQuery) -> list[RowText]:
    page, _ = asyncio.run(live.written(asked, None, 1000))
    return [row for portion in page.portions for _, rows in portion for row in rows]


def anew(world: World, live: LiveFigures, asked: LiveQuery) -> list[str]:
    """The KPIs whose rows are others than before a second passed."""
    before = texts(live, asked)
    world.now += 1_000
    pairs = zip(asked.question.ids, before, texts(live, asked), strict=True)
    return [kpi for kpi, old, new in pairs if old is not new]


def test_only_what_says_something_new_is_written_anew() -> None:
    world = busy_world()
    live = fresh(world)
    asked = query(world, kpi="service_level,asa,waiting", queue="sales")
    assert anew(world, live, asked) == ["waiting"]
    known = world.floor.visits_of
    for name in [name for name, one in known.items() if one == waiting(NOW - 30_000)]:
        del known[name]
    world.tell()
    told(live, asked)
    assert anew(world, live, asked) == []
    world.floor.put(waiting(world.now - 19_500))
    world.tell()
    told(live, asked)
    assert anew(world, live, asked) == ["service_level", "waiting"]


def test_definitions_that_change_are_shown_at_once() -> None:
    world = busy_world()
    live = fresh(world)
    before = told(live, query(world, kpi="service_level", queue="help"))
    world.definitions = definitions(TEAMS)
    after = told(live, query(world, kpi="service_level", queue="help"))
    assert b'"definition":"default@1"' in before.text
    assert b'"definition":"strict@1"' in after.text


def test_answers_of_great_length_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "KEPT_OF_ONE", 3)
    world = busy_world()
    live = fresh(world)
    asked = query(world, kpi="offered,asa", by="queue")
    first, again = texts(live, asked), texts(live, asked)
    assert not any(old is new for old, new in zip(first, again, strict=True))


def test_as_many_rows_are_kept_as_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "KEPT", 10)
    world = busy_world()
    first, second, third = (query(world, kpi=kpi) for kpi in ("asa", "aht", "offered"))
    answers = KeptAnswers()
    layout = object()
    kept_first = answers.of(first, layout, 6)
    assert answers.of(first, layout, 6) is kept_first
    assert answers.of(first, object(), 4) is not kept_first
    kept_second = answers.of(second, layout, 6)
    assert answers.of(second, layout, 6) is kept_second
    kept_third = answers.of(third, layout, 1)
    assert answers.of(third, layout, 1) is kept_third
    assert answers.of(second, layout, 6) is not kept_second
    assert answers.of(third, layout, KEPT_OF_ONE + 1) is None


def random_figures(dice: random.Random) -> SpanFigures:
    cells: dict[int, int] = {cell: dice.randrange(1, 9) for cell in Cell if dice.random() < 0.7}
    for histogram in Histogram:
        cells |= {histogram + dice.randrange(80): dice.randrange(1, 4) for _ in range(6)}
    waits = tuple(sorted((dice.randrange(60_000) for _ in range(dice.randrange(5))), reverse=True))
    return SpanFigures(cells, waits, unresolved=dice.randrange(4))


@pytest.mark.parametrize("name", [name for name, one in OVER_SPANS.items() if not one.needs])
def test_who_waits_counts_for_service_levels_only_and_only_by_how_many_wait_too_long(
    name: str,
) -> None:
    kpi = OVER_SPANS[name]
    dice = random.Random(name)
    policies = [
        replace(DEFAULT_POLICY, waiting_past_threshold=past, boundary=boundary)
        for past in (True, False)
        for boundary in ("le", "lt")
    ]
    for policy in policies * 5:
        one = random_figures(dice)
        late = late_of(one.waits, policy)
        others = tuple([30_000] * late + [1_000] * dice.randrange(4))
        if is_leveled(kpi):
            other = one._replace(waits=others)
        else:
            other = one._replace(waits=others[:1], unresolved=one.unresolved + 1)
        assert kpi.measure(one, policy) == kpi.measure(other, policy)


def read(unresolved: int) -> WindowReading:
    counted = SpanFigures({Cell.OFFERED: 3, Cell.ANSWERED: 1}, unresolved=unresolved)
    return WindowReading(Span(0, 900_000), counted, MomentFigures(), 7, 1)


def test_rows_of_which_nothing_is_counted_tell_who_was_not_resolved_and_when_they_are_final() -> (
    None
):
    kpis = tuple(ASKED[name] for name in ("service_level", "offered"))
    text = SubjectText(
        Question(kpis, AS_IN_FORCE), Window.M15, Labels("sales", None), (DEFAULT_POLICY,)
    )
    kept = KeptRows(text, DEFAULT_POLICY)
    nobody = kept.as_of(read(0), Family(0))
    assert kept.as_of(read(0), Family(0)) is nobody
    (level, offered) = kept.as_of(read(2), Family(0))
    assert b'"denominator":3' in level.figure
    assert offered is nobody[1]
    assert [row.rest.partition(b",")[0] for row in kept.as_of(read(2), Family.OFFER)] == [
        b'"complete":true',
        b'"complete":true',
    ]


def test_windows_are_kept_apart() -> None:
    world = busy_world()
    live = fresh(world)
    for window in Window:
        asked = query(world, kpi="offered", queue="sales", window=window)
        assert told(live, asked).text == rows_as_json(fresh(world), asked)
