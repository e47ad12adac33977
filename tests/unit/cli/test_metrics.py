"""All metrics in one place: the catalogue, its page, and what processes really export."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from floorpulse.alerts.metrics import NoticeMetrics
from floorpulse.board.metrics import BoardMetrics
from floorpulse.cli.metric_catalogue import CataloguedMetric, catalogue, names
from floorpulse.cli.metrics_page import published_metrics
from floorpulse.ingest.metrics import IngestMetrics
from floorpulse.kpi_engine.metrics import EngineMetrics
from floorpulse.runtime.build import installed_version
from floorpulse.runtime.process_metrics import COLLECTED, process_registry

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "metrics.md"
COLLECTORS = {"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"}


def test_the_published_page_is_up_to_date() -> None:
    remedy = "run: python -m floorpulse.cli.metrics_page > docs/metrics.md"
    assert PAGE.read_text(encoding="utf-8") == published_metrics(), remedy


def declared_in(path: Path) -> set[str]:
    """The names that a module gives to collectors."""
    return {
        str(node.args[0].value)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in COLLECTORS
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and str(node.args[0].value).startswith("floorpulse_")
    }


@pytest.mark.no_cover
def test_no_collector_of_the_services_is_forgotten() -> None:
    paths = (ROOT / "services").rglob("*.py")
    declared = {name for path in paths for name in declared_in(path)}
    known = {one.family.name.removesuffix("_total") for one in catalogue()}

    assert len(declared) > 50
    assert declared - known == set()


def test_no_family_is_told_twice() -> None:
    told = [one.family.name for one in catalogue()]

    assert len(told) == len(set(told))


@pytest.mark.parametrize("one", catalogue(), ids=lambda one: one.family.name)
def test_every_metric_says_what_it_tells_and_when_to_act(one: CataloguedMetric) -> None:
    assert one.family.meaning.endswith(".")
    assert len(one.family.meaning) > 1
    assert one.advice


def test_no_advice_is_given_on_what_nobody_exports() -> None:
    advice = yaml.safe_load((ROOT / "services" / "cli" / "metric_advice.yaml").read_text("utf-8"))

    assert set(advice) == {one.family.name for one in catalogue()}


def test_a_histogram_is_asked_for_by_its_parts() -> None:
    assert {"contactcenter_wait_seconds_bucket", "floorpulse_api_rows_total"} <= names()
    assert "contactcenter_wait_seconds" not in names()


def test_what_every_process_tells_is_in_the_catalogue() -> None:
    page = generate_latest(process_registry()).decode()
    told = {
        sample.name: set(sample.labels)
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }
    labels = {one.name: set(one.labels) for one in COLLECTED}

    assert told.pop("floorpulse_build_info") == {"version", "python"}
    assert told == {name: labels[name] for name in told}
    assert 'floorpulse_build_info{python="' in page
    assert f'version="{installed_version()}"' in page


@pytest.mark.parametrize(
    ("metrics", "sample"),
    [
        (IngestMetrics, 'floorpulse_ingest_rejected_total{reason="too_large"}'),
        (IngestMetrics, 'floorpulse_ingest_answers_total{status="503"}'),
        (EngineMetrics, 'floorpulse_engine_dead_letters_total{reason="beyond_retention"}'),
        (EngineMetrics, 'floorpulse_engine_position_gaps_total{way="behind"}'),
        (BoardMetrics, 'floorpulse_board_losses_total{what="store"}'),
        (NoticeMetrics, 'floorpulse_alerts_notices_total{channel="sms",verdict="permanent"}'),
    ],
)
def test_what_may_go_wrong_is_told_as_0_before_it_does(
    metrics: Callable[[CollectorRegistry], object], sample: str
) -> None:
    registry = CollectorRegistry()
    metrics(registry)

    assert f"{sample} 0.0\n" in generate_latest(registry).decode()
