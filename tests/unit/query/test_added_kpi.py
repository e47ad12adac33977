"""A KPI that is added: its entry is all that API, agents, metrics and pages need of it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from floorpulse.contracts.cells import Cell
from floorpulse.contracts.visits import Outcome
from floorpulse.counting.families import Family
from floorpulse.figures.by_policy import Parted, definition_of, value_of
from floorpulse.kpis import catalogue, page
from floorpulse.kpis.catalogue import ASKED, BY_AGENT, CATALOGUE, OVER_SPANS, SpanKpi
from floorpulse.kpis.figures import SpanFigures, Value, count
from floorpulse.kpis.policies import CsatPolicy, Policy, ServiceLevelPolicy
from floorpulse.kpis.units import Better, Group, Unit
from tests.fakes.floor import answered
from tests.fakes.world import LEADER, NOW, SPAN, Client, World

SERVICES = Path(catalogue.__file__).parents[2]
OUTCOMES = {outcome.value for outcome in Outcome}
"""Some outcomes of a visit are called like the KPIs that count them"""
TABLES = (*SERVICES.glob("figures/**/*.py"), *SERVICES.glob("query/**/*.py"))


def talk_beyond_aim(figures: SpanFigures, policy: ServiceLevelPolicy) -> Value:
    """Talk beyond a share of a minute: a formula that looks at cells and at a policy."""
    return count(figures.of(Cell.TALK) / 1000 - 60 * policy.csat.satisfied)


MADE_UP = SpanKpi(
    id="talk_beyond_aim",
    en="Talk beyond the aim",
    zh="超时通话",
    group=Group.HANDLING,
    unit=Unit.SECONDS,
    better=Better.LOWER,
    formula="talk − aim",
    family=Family.COMPLETION,
    measure=talk_beyond_aim,
    judged_by=Policy.CSAT,
    by_agent=True,
)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A floor on which ann talked for 100 s, of a product with one KPI more."""
    for register in (CATALOGUE, ASKED, OVER_SPANS, BY_AGENT):
        monkeypatch.setitem(register, MADE_UP.id, MADE_UP)
    world = World()
    visit = answered(NOW - 10 * 60_000, 5, 100)
    visit.agent = "ann"
    world.floor.put(visit)
    world.tell()
    return world


@pytest.mark.parametrize(
    ("path", "span"),
    [
        ("/v1/kpis", {"window": "60m"}),
        ("/v1/kpis/history", {**SPAN, "interval": "all"}),
        ("/v1/agents/kpis", {**SPAN, "interval": "all"}),
    ],
)
def test_it_is_told_live_in_history_and_of_agents(
    world: World, path: str, span: dict[str, str]
) -> None:
    answer = Client(world.app, LEADER).get(path, params={"kpi": MADE_UP.id, **span})

    [row] = answer.json()["rows"]
    assert (row["kpi"], row["value"], row["definition"]) == (MADE_UP.id, 55, "default@1")


def test_it_stands_in_the_catalogue_and_on_its_page(world: World) -> None:
    listed = Client(world.app, LEADER).get("/v1/definitions").json()["kpis"]

    assert MADE_UP.id in {kpi["kpi"] for kpi in listed}
    assert "| `talk_beyond_aim` | Talk beyond the aim | 超时通话 |" in page.catalogue_page()


def test_each_part_is_judged_by_its_own_policy_and_names_it() -> None:
    strict = ServiceLevelPolicy(csat=CsatPolicy("strict@1", 1.0))
    lenient = ServiceLevelPolicy(csat=CsatPolicy("lenient@1", 0.5))
    part = SpanFigures({Cell.TALK: 100_000})
    whole = SpanFigures({Cell.TALK: 200_000})

    told = value_of(MADE_UP, whole, [Parted(strict, part), Parted(lenient, part)])

    assert told.value == 40 + 70
    assert definition_of(MADE_UP, [strict, lenient]) == "lenient@1+strict@1"


def test_nothing_but_the_catalogue_lists_kpis() -> None:
    lists = [
        f"{file.relative_to(SERVICES)}:{line}" for file in TABLES for line in _lists_of_kpis(file)
    ]

    assert lists == []


def _lists_of_kpis(file: Path) -> Iterator[int]:
    """The lines on which a set, tuple, list or mapping names several KPIs and nothing else."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Set | ast.Tuple | ast.List | ast.Dict):
            named = node.keys if isinstance(node, ast.Dict) else node.elts
            texts = {one.value for one in named if isinstance(one, ast.Constant)}
            if len(texts) > 1 and texts <= CATALOGUE.keys() and not texts <= OUTCOMES:
                yield node.lineno
