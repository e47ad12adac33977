"""The dashboard of every KPI is the catalogue's."""

import json
import re
from itertools import groupby
from pathlib import Path
from typing import Any

from floorpulse.cli.metric_catalogue import names
from floorpulse.kpis.catalogue import CATALOGUE
from grafana.every_kpi import every_kpi

FILE = Path(__file__).parents[3] / "grafana" / "dashboards" / "every-kpi.json"
NAMES = re.compile(r"\b(?:contactcenter|floorpulse)_\w+")


def panels() -> list[Any]:
    return [
        panel
        for panel in json.loads(FILE.read_text(encoding="utf-8"))["panels"]
        if panel["type"] != "row"
    ]


def exprs(panel: Any) -> list[str]:
    return [target["expr"] for target in panel["targets"]]


def test_the_published_dashboard_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == every_kpi(), "run: make generate"


def test_every_kpi_has_its_panel() -> None:
    shown = {panel["title"]: exprs(panel) for panel in panels()}

    assert {kpi.id: shown.get(f"{kpi.en} · {kpi.zh}") for kpi in CATALOGUE.values()} == {
        id_: [f'max(contactcenter_kpi{{tenant="$tenant",kpi="{id_}"}})'] for id_ in CATALOGUE
    }


def test_every_metric_asked_for_is_exported() -> None:
    asked = {name for panel in panels() for expr in exprs(panel) for name in NAMES.findall(expr)}

    assert asked
    assert asked <= names()


def test_panels_of_a_line_have_one_height_and_span_the_wall() -> None:
    places = sorted(
        (panel["gridPos"] for panel in panels()), key=lambda place: (place["y"], place["x"])
    )
    for _, line in groupby(places, key=lambda place: place["y"]):
        right = 0
        for place in (together := list(line)):
            assert place["x"] == right
            right += place["w"]
        assert right == 24
        assert len({place["h"] for place in together}) == 1
