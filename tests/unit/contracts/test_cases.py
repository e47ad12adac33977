"""Every KPI against numbers worked out on paper: events → decode → merge → contributions → cells →
board and history → measure.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import yaml

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.windows import MINUTE, Span, Window
from floorpulse.contracts.events import AgentStateChanged
from floorpulse.contracts.instants import parse_instant
from floorpulse.contracts.letters import Refusal
from floorpulse.contracts.visits import Visit, VisitKey
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.figures.forecasts.keeper import Said
from floorpulse.figures.forecasts.upload import slots_of
from floorpulse.figures.history.context import HistoryQuery
from floorpulse.figures.history.figures import PastFigures, Tables
from floorpulse.figures.intervals import Interval
from floorpulse.figures.live.context import LiveQuery
from floorpulse.figures.live.figures import LiveFigures
from floorpulse.figures.lookup.lookup import Lookup
from floorpulse.figures.policies_in_force import AS_IN_FORCE
from floorpulse.figures.rows import Question, Row
from floorpulse.figures.selection import By, Selection
from floorpulse.figures.tenant_view import Floors
from floorpulse.figures.turns import Turns
from floorpulse.kpi_engine.fold.agents import entered
from floorpulse.kpi_engine.fold.decode import decode
from floorpulse.kpi_engine.fold.merge import merge
from floorpulse.kpi_engine.fold.visit_keys import visit_key
from floorpulse.kpis.catalogue import CATALOGUE, VARIANTS, Kpi, MomentKpi, SpanKpi
from tests.fakes.floor import MemoryFloor, MemoryHistory
from tests.fakes.forecasts import MemoryForecasts
from tests.unit.kpi_engine.builders import as_stored

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))
STORIES = {story["story"]: story for story in CASES["stories"]}
ASKED = CATALOGUE | VARIANTS
UTC = ZoneInfo("UTC")
TOTAL = Selection("demo", by=By.TOTAL)
NAMED = ("contact", "survey", "evaluation", "complaint")

Told = Mapping[str, Any]


def instant(text: str) -> int:
    return parse_instant(text if "T" in text else f"2026-11-11T{text}Z")


def wire(story: Told) -> Iterator[bytes]:
    """The story's events as Kafka carries them."""
    for number, told in enumerate(story["events"]):
        for one in range(told.get("times", 1)):
            event = {
                "source": "case",
                "tenant": "demo",
                **told,
                "id": f"{number}.{one}",
                "at": instant(told["at"]),
            }
            if event.pop("times", None) is not None:
                event |= {
                    name: f"{event[name]}{one + 1}"
                    for name in NAMED
                    if name in event and not _is_about(told, name)
                }
            yield msgspec.json.encode(event)


def _is_about(told: Told, name: str) -> bool:
    """Whether a name only says what a numbered survey, evaluation or complaint is about."""
    return name == "contact" and any(other in told for other in NAMED[1:])


def floor_of(story: Told) -> MemoryFloor:
    """The floor those events make; further visits of a contact are named `contact#2`."""
    visits: dict[VisitKey, Visit] = {}
    floor = MemoryFloor(watermark=instant(story["now"]))
    for value in wire(story):
        event = decode(value)
        assert not isinstance(event, Refusal), event
        if isinstance(event, AgentStateChanged):
            floor.enter(event.agent, entered(event))
            continue
        merge(visits.setdefault(visit_key(event), Visit()), event)
    floor.visits_of = {
        (key[0], key[1] if key[2] == 1 else f"{key[1]}#{key[2]}"): visit
        for key, visit in as_stored(visits).items()
    }
    return floor


async def forecasts_of(story: Told) -> MemoryForecasts:
    """What the story forecasts: rows as an upload has them."""
    forecasts = MemoryForecasts()
    rows = [{**row, "start": f"2026-11-11T{row['start']}"} for row in story.get("forecast", ())]
    slots, mistakes = slots_of(rows, UTC)
    assert not mistakes
    if slots:
        await forecasts.save("demo", slots, Said("planner", "", 0))
    return forecasts


async def answer(story: Told, kpis: tuple[Kpi, ...]) -> list[Row]:
    """The figures: gauges of now from the board, all others of the span from history."""
    now = instant(story["now"])
    floor = floor_of(story)
    history = MemoryHistory(floor)
    board = Board(Rules(UTC), lambda: 0)
    for update in floor.updates(now):
        board.take(update, 0)
    forecasts = await forecasts_of(story)
    floors = Floors(board, lambda: now, Definitions)
    figures = LiveFigures(floors, Lookup(history, history, lambda: 0.0), Turns())
    tables = Tables(history, history, history, floor, forecasts)
    gauges = Question(tuple(kpi for kpi in kpis if isinstance(kpi, MomentKpi)), AS_IN_FORCE)
    others = Question(tuple(kpi for kpi in kpis if isinstance(kpi, SpanKpi)), AS_IN_FORCE)
    span = Span(
        instant(story.get("from", "00:00:00")),
        instant(story["to"]) if "to" in story else now + MINUTE,
    )
    live = await figures.rows(LiveQuery(TOTAL, Window.TODAY, gauges))
    asked = HistoryQuery(TOTAL, span, Interval.ALL, UTC, others)
    past, _ = await PastFigures(floors, Turns(), tables).page(asked, None, 1000)
    return [*live, *past]


@pytest.mark.parametrize("name", STORIES)
async def test_a_story_by_hand(name: str) -> None:
    story = STORIES[name]

    rows = {
        row.kpi: row for row in await answer(story, tuple(ASKED[kpi] for kpi in story["figures"]))
    }

    for kpi, figure in story["figures"].items():
        value, numerator, denominator = figure["is"]
        row = rows[kpi]
        near = 0.00005 if "%" in figure["how"] else 1e-9
        assert row.value == (None if value is None else pytest.approx(value, abs=near)), (
            kpi,
            figure["how"],
        )
        assert [row.numerator, row.denominator] == [pytest.approx(numerator), denominator], (
            kpi,
            figure["how"],
        )
        if "within" in figure:
            assert [row.low, row.high] == pytest.approx(figure["within"], abs=0.0005), kpi


def test_every_kpi_and_every_variant_has_a_case_worked_out_by_hand() -> None:
    assert {kpi for story in STORIES.values() for kpi in story["figures"]} == set(ASKED)


def test_every_kpi_has_the_source_of_its_definition() -> None:
    assert set(CASES["sources"]) == set(CATALOGUE)


def test_every_figure_says_how_it_is_worked_out() -> None:
    assert all(figure["how"] for story in STORIES.values() for figure in story["figures"].values())
