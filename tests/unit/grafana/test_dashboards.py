"""Dashboards: their files are up to date, what they ask is exported, Grafana can draw them, and
people of both languages can read them.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from floorpulse.cli.metric_catalogue import names
from floorpulse.kpis.catalogue import CATALOGUE
from floorpulse.query.settings import ApiSettings
from grafana.boards import BOARDS, files
from grafana.expressions import TOO_OLD
from grafana.page import page
from grafana.panels import Board
from grafana.variables import LABELS, QUERIES

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "grafana" / "dashboards"
FILES = dict(files())
DASHBOARDS = {name: json.loads(text) for name, text in FILES.items()}
NAMES = re.compile(r"\b(?:contactcenter|floorpulse|process|scrape)_\w+")
OF_PROMETHEUS = {
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
}
"""What Prometheus and its client library tell themselves"""
DRAWN = {"row", "stat", "timeseries", "table", "bargauge", "heatmap", "state-timeline"}
"""Panels of Grafana 9.3"""
HAN = re.compile(r"[一-鿿]")


def panels(dashboard: Any) -> list[Any]:
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def exprs(dashboard: Any) -> Iterator[str]:
    for panel in panels(dashboard):
        for target in panel["targets"]:
            yield target["expr"]


def sources(part: Any) -> Iterator[Any]:
    """Every datasource that is named anywhere."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "datasource":
                yield value
            else:
                yield from sources(value)
    elif isinstance(part, list):
        for value in part:
            yield from sources(value)


def lines(dashboard: Any) -> Iterator[list[Any]]:
    """The places of panels that stand side by side."""
    places = sorted(
        (panel["gridPos"] for panel in dashboard["panels"]),
        key=lambda place: (place["y"], place["x"]),
    )
    for _, line in groupby(places, key=lambda place: place["y"]):
        yield list(line)


def test_the_published_dashboards_are_up_to_date_and_no_others_lie_there() -> None:
    published = {
        str(path.relative_to(FOLDER)): path.read_text("utf-8") for path in FOLDER.rglob("*.json")
    }

    assert published == FILES, "run: make generate"


def test_the_page_of_the_dashboards_is_up_to_date() -> None:
    assert (ROOT / "docs" / "dashboards.md").read_text("utf-8") == page(), "run: make generate"


@pytest.mark.parametrize("name", FILES)
def test_every_metric_asked_for_is_exported(name: str) -> None:
    asked = {metric for expr in exprs(DASHBOARDS[name]) for metric in NAMES.findall(expr)}

    assert asked
    assert asked - OF_PROMETHEUS <= names()


def test_every_metric_that_variables_ask_for_is_exported() -> None:
    asked = {metric for query in QUERIES.values() for metric in NAMES.findall(query)}

    assert asked
    assert asked <= names()


@pytest.mark.parametrize("name", FILES)
def test_panels_of_a_line_have_one_height_and_span_the_wall(name: str) -> None:
    for line in lines(DASHBOARDS[name]):
        edges = [0, *(place["x"] + place["w"] for place in line)]
        assert [place["x"] for place in line] == edges[:-1]
        assert edges[-1] == 24
        assert len({place["h"] for place in line}) == 1


@pytest.mark.parametrize("name", FILES)
def test_lines_follow_one_another_without_a_gap(name: str) -> None:
    below = 0
    for line in lines(DASHBOARDS[name]):
        assert line[0]["y"] == below
        below += line[0]["h"]


@pytest.mark.parametrize("name", FILES)
def test_grafana_can_tell_panels_and_queries_apart(name: str) -> None:
    ids = Counter(panel["id"] for panel in DASHBOARDS[name]["panels"])
    refs = [
        Counter(target["refId"] for target in panel["targets"])
        for panel in panels(DASHBOARDS[name])
    ]

    assert {number for number, times in ids.items() if times > 1} == set()
    assert all(times == 1 and ref for counted in refs for ref, times in counted.items())


@pytest.mark.parametrize("name", FILES)
def test_the_data_source_is_chosen_above_and_nowhere_fixed(name: str) -> None:
    dashboard = DASHBOARDS[name]

    assert {json.dumps(source) for source in sources(dashboard["panels"])} == {
        '{"type": "prometheus", "uid": "${datasource}"}'
    }
    assert dashboard["templating"]["list"][0]["type"] == "datasource"


@pytest.mark.parametrize("name", FILES)
def test_every_variable_that_is_used_is_there(name: str) -> None:
    there = {variable["name"] for variable in DASHBOARDS[name]["templating"]["list"]}
    used = set(re.findall(r"\$\{?([a-z]+)", FILES[name])) - {"__from", "__to"}

    assert used <= there
    assert there <= set(LABELS)


@pytest.mark.parametrize("name", FILES)
def test_only_panels_that_the_oldest_grafana_knows_are_used(name: str) -> None:
    assert {panel["type"] for panel in DASHBOARDS[name]["panels"]} <= DRAWN


@pytest.mark.parametrize("name", FILES)
def test_no_panel_reckons_with_undefined_figures_by_itself(name: str) -> None:
    """A panel's median is wrong beside NaN, and its moving mean ends there."""
    for panel in panels(DASHBOARDS[name]):
        reduced = panel.get("options", {}).get("reduceOptions", {}).get("calcs", ["last"])
        legend = panel.get("options", {}).get("legend", {}).get("calcs", [])
        transformed = {made["id"] for made in panel.get("transformations", [])}

        assert set(reduced) == {"last"}, panel["title"]
        assert legend == [], panel["title"]
        assert transformed <= {"merge", "organize"}, panel["title"]


def test_dashboards_have_fixed_uids_of_which_none_is_another_s() -> None:
    uids = [dashboard["uid"] for dashboard in DASHBOARDS.values()]

    assert sorted(set(uids)) == sorted(uids)
    assert {uid.removesuffix("-zh") for uid in uids} == {
        f"floorpulse-{name}"
        for name in ("wallboard", "supervisor", "queue", "quality", "pipeline", "every-kpi")
    }


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.slug)
def test_both_languages_ask_the_same_and_lie_the_same(board: Board) -> None:
    english, chinese = DASHBOARDS[f"{board.slug}.json"], DASHBOARDS[f"zh/{board.slug}.json"]

    assert list(exprs(english)) == list(exprs(chinese))
    assert list(lines(english)) == list(lines(chinese))


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.slug)
def test_every_panel_is_named_and_explained_in_both_languages(board: Board) -> None:
    for panel in board.panels:
        assert panel.means.en
        assert panel.act.en
        assert not HAN.search(panel.title.en + panel.means.en + panel.act.en)
        assert HAN.search(panel.means.zh + panel.act.zh), panel.title


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.slug)
def test_every_dashboard_begins_with_the_light(board: Board) -> None:
    assert board.panels[0].title.en == "Data"


def test_every_kpi_has_its_panel() -> None:
    shown = {
        panel["title"]: [target["expr"] for target in panel["targets"]]
        for panel in panels(DASHBOARDS["every-kpi.json"])
    }

    assert {kpi.id: shown.get(kpi.en) for kpi in CATALOGUE.values()} == {
        id_: [f'max(contactcenter_kpi{{tenant="$tenant",kpi="{id_}"}})'] for id_ in CATALOGUE
    }


def test_figures_are_old_for_the_light_when_they_are_for_the_api() -> None:
    assert ApiSettings.model_fields["stale_seconds"].default == TOO_OLD


def test_a_queue_s_row_on_the_wall_has_no_more_numbers_than_can_be_read() -> None:
    dashboard = DASHBOARDS["wallboard.json"]
    [row] = [panel for panel in dashboard["panels"] if panel.get("repeat") == "queue"]
    below = [panel for panel in panels(dashboard) if panel["gridPos"]["y"] > row["gridPos"]["y"]]

    assert 4 <= len(below) <= 6
    assert {panel["type"] for panel in below} == {"stat"}
