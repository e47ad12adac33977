"""The shipped rules: no alert without its cases, its page and its dashboard, no name that nobody
exports.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from floorpulse.alerts.settings import AlertsProcessSettings
from floorpulse.cli.metric_catalogue import names
from floorpulse.ingest.settings import IngestSettings
from floorpulse.query.settings import QuerySettings

ROOT = Path(__file__).parents[3]
DEPLOYED = ROOT / "deploy" / "prometheus"
DASHBOARDS = ROOT / "grafana" / "dashboards"
DOCS = "{{ $externalLabels.floorpulse_docs }}/"
GRAFANA = "{{ $externalLabels.floorpulse_grafana }}/d/"
OF_PROMETHEUS = {"up", "scrape_duration_seconds"}
NAME = re.compile(r"\b(?:\w+:)?(?:contactcenter|floorpulse)_\w+(?::\w+)?\b")
"""A metric in an expression, or a rule's record"""


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


RULES = [
    rule
    for path in sorted((DEPLOYED / "rules").glob("*.yml"))
    for group in loaded(path)["groups"]
    for rule in group["rules"]
]
ALERTS = [rule for rule in RULES if "alert" in rule]
RECORDS = [rule for rule in RULES if "record" in rule]
CASES = [
    (case, test)
    for path in sorted((DEPLOYED / "tests").glob("*.yml"))
    for test in loaded(path)["tests"]
    for case in test["alert_rule_test"]
]
PAGE = (ROOT / "docs" / "alarms.md").read_text("utf-8")


def alert_name(rule: Any) -> str:
    return str(rule["alert"])


def without_texts(expr: str) -> str:
    return re.sub(r'"[^"]*"', '""', expr)


def test_there_are_rules_of_each_kind() -> None:
    assert len(ALERTS) > 30
    assert len(RECORDS) > 10


@pytest.mark.parametrize("rule", ALERTS, ids=alert_name)
def test_an_alert_has_a_case_in_which_it_fires_and_one_in_which_it_must_not(rule: Any) -> None:
    cases = [(case, test) for case, test in CASES if case["alertname"] == rule["alert"]]

    assert any(case.get("exp_alerts") for case, _ in cases)
    assert any(not case.get("exp_alerts") and test["input_series"] for case, test in cases)


@pytest.mark.parametrize("rule", ALERTS, ids=alert_name)
def test_an_alert_leads_to_its_page_and_to_a_dashboard(rule: Any) -> None:
    told = rule["annotations"]
    uids = {loaded_json["uid"] for loaded_json in map(_board, DASHBOARDS.glob("*.json"))}

    assert told["summary"]
    assert told["description"].endswith(".")
    assert told["runbook_url"] == f"{DOCS}alarms.html#{rule['alert'].lower()}"
    assert f"\n### {rule['alert']}\n" in PAGE
    assert told["dashboard_url"].removeprefix(GRAFANA).partition("?")[0] in uids


def _board(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("rule", ALERTS, ids=alert_name)
def test_an_alert_says_how_bad_it_is_and_whose(rule: Any) -> None:
    area = "service" if rule["alert"].startswith("Floorpulse") else "kpi"

    assert rule["labels"]["area"] == area
    assert rule["labels"]["severity"] in {"critical", "warning", "none"}


def test_the_page_of_alarms_tells_of_no_alert_that_is_gone() -> None:
    assert re.findall(r"^### (\w+)$", PAGE, re.MULTILINE) == [rule["alert"] for rule in _in_order()]


def _in_order() -> list[Any]:
    """The service's first, as the page has them."""
    return sorted(ALERTS, key=lambda rule: rule["labels"]["area"] == "kpi")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert") or rule["record"])
def test_a_name_in_an_expression_is_exported_or_recorded(rule: Any) -> None:
    recorded = {one["record"] for one in RECORDS}
    asked = set(NAME.findall(without_texts(rule["expr"])))

    assert asked or rule["expr"].startswith(tuple(OF_PROMETHEUS))
    assert asked - names() - recorded == set()


def test_records_are_named_by_level_metric_and_operations() -> None:
    for rule in RECORDS:
        assert re.fullmatch(
            r"(tenant_(queue_channel|queue|contract_metric|contract)|tenant|job):\w+:\w+",
            rule["record"],
        )


def port(settings: type[BaseSettings], group: str) -> int:
    annotation: Any = settings.model_fields[group].annotation
    return int(annotation.model_fields["port"].default)


def test_the_ports_that_are_scraped_are_those_of_compose_and_of_the_settings() -> None:
    jobs = {job["job_name"]: job for job in loaded(DEPLOYED / "prometheus.yml")["scrape_configs"]}
    scraped = {name: job["dns_sd_configs"][0] for name, job in jobs.items()}
    services = loaded(ROOT / "deploy" / "compose.yaml")["services"]
    engine = services["engine"]["environment"]["FLOORPULSE_ENGINE__METRICS_PORT"]

    assert {name: found["port"] for name, found in scraped.items()} == {
        "floorpulse-api": port(QuerySettings, "api"),
        "floorpulse-ingest": port(IngestSettings, "ingest"),
        "floorpulse-engine": int(engine),
        "floorpulse-alerts": port(AlertsProcessSettings, "alerts"),
    }
    assert all(found["names"][0] in services for found in scraped.values())
