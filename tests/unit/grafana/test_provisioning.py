"""What Grafana reads at its start has the fields that its documentation names, and fits
together.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from floorpulse.cli.metric_catalogue import names
from grafana.variables import DOCS

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "grafana" / "provisioning"
FILES = {
    str(path.relative_to(FOLDER)): yaml.safe_load(path.read_text("utf-8"))
    for path in sorted(FOLDER.rglob("*.yaml"))
}
DURATION = re.compile(r"(\d+[smhd])+")

# The fields of https://grafana.com/docs/grafana/latest/administration/provisioning and of "Use
# configuration files to provision alerting resources": those that must be there, those that may.
LISTS: dict[str, tuple[set[str], set[str]]] = {
    "datasources": (
        {"name", "type", "access"},
        {"uid", "orgId", "url", "isDefault", "editable", "jsonData", "secureJsonData"},
    ),
    "providers": (
        {"name", "type", "options"},
        {
            "orgId",
            "folder",
            "folderUid",
            "disableDeletion",
            "allowUiUpdates",
            "updateIntervalSeconds",
        },
    ),
    "groups": ({"name", "folder", "interval", "rules"}, {"orgId"}),
    "contactPoints": ({"name", "receivers"}, {"orgId"}),
    "policies": (
        {"receiver"},
        {"orgId", "group_by", "group_wait", "group_interval", "repeat_interval", "routes"},
    ),
    "muteTimes": ({"name", "time_intervals"}, {"orgId"}),
}
RULE = (
    {"uid", "title", "condition", "data", "for"},
    {
        "dashboardUid",
        "panelId",
        "noDataState",
        "execErrState",
        "annotations",
        "labels",
        "isPaused",
    },
)
QUERY = ({"refId", "datasourceUid", "model"}, {"relativeTimeRange"})
RECEIVER = ({"uid", "type", "settings"}, {"disableResolveMessage"})
ROUTE = ({"receiver"}, {"matchers", "object_matchers", "mute_time_intervals", "continue", "routes"})
INTERVAL = (set[str](), {"times", "weekdays", "months", "years", "days_of_month"})
STATES = {"noDataState": {"NoData", "Alerting", "OK"}, "execErrState": {"Error", "Alerting", "OK"}}


def entries(key: str) -> list[Any]:
    """All entries of one list, whichever file has them."""
    return [entry for file in FILES.values() for entry in file.get(key, [])]


def rules() -> list[Any]:
    return [rule for group in entries("groups") for rule in group["rules"]]


def models(rule: Any) -> Iterator[Any]:
    for query in rule["data"]:
        yield query["model"]


def exprs() -> list[str]:
    return [model["expr"] for rule in rules() for model in models(rule) if "expr" in model]


def misfits(entry: dict[str, Any], fields: tuple[set[str], set[str]]) -> set[str]:
    """Fields that are missing, and fields that nobody documented."""
    needed, allowed = fields
    return (needed - entry.keys()) | (entry.keys() - needed - allowed)


@pytest.mark.parametrize("name", FILES)
def test_a_file_has_the_fields_that_grafana_documents(name: str) -> None:
    file = FILES[name]

    assert file["apiVersion"] == 1
    assert file.keys() - {"apiVersion"} <= LISTS.keys()
    for key in file.keys() - {"apiVersion"}:
        assert [misfits(entry, LISTS[key]) for entry in file[key]] == [set()] * len(file[key])


def test_the_parts_of_entries_have_the_fields_that_grafana_documents() -> None:
    parts = [
        *((rule, RULE) for rule in rules()),
        *((query, QUERY) for rule in rules() for query in rule["data"]),
        *((one, RECEIVER) for point in entries("contactPoints") for one in point["receivers"]),
        *((route, ROUTE) for policy in entries("policies") for route in policy["routes"]),
        *((one, INTERVAL) for mute in entries("muteTimes") for one in mute["time_intervals"]),
    ]

    assert parts
    assert [(part, wrong) for part, fields in parts if (wrong := misfits(part, fields))] == []


def test_nobody_changes_a_provisioned_dashboard_in_the_browser() -> None:
    assert [provider["allowUiUpdates"] for provider in entries("providers")] == [False]


def test_states_and_spans_of_rules_are_those_that_grafana_knows() -> None:
    for rule in rules():
        assert DURATION.fullmatch(rule["for"])
        for field, known in STATES.items():
            assert rule[field] in known
    assert all(DURATION.fullmatch(group["interval"]) for group in entries("groups"))


def test_the_condition_of_a_rule_is_one_of_its_queries() -> None:
    for rule in rules():
        refs = [query["refId"] for query in rule["data"]]
        assert len(set(refs)) == len(refs)
        assert rule["condition"] in refs
        assert [model["refId"] for model in models(rule)] == refs


def test_rules_ask_the_provisioned_data_source() -> None:
    [source] = entries("datasources")

    assert {query["datasourceUid"] for rule in rules() for query in rule["data"]} == {
        source["uid"],
        "__expr__",
    }


def test_every_metric_that_a_rule_asks_for_is_exported() -> None:
    asked = {
        name for expr in exprs() for name in re.findall(r"\b(?:contactcenter|floorpulse)_\w+", expr)
    }

    assert asked
    assert asked <= names()


def test_no_dollar_of_a_rule_is_taken_for_an_environment_variable() -> None:
    text = json.dumps([list(models(rule)) for rule in rules()])

    assert "$$A" in text
    assert "$" not in text.replace("$$", "")


def test_a_rule_s_dashboard_and_panel_exist() -> None:
    linked = [rule for rule in rules() if "panelId" in rule]

    assert linked
    for rule in linked:
        slug = rule["dashboardUid"].removeprefix("floorpulse-")
        dashboard = json.loads(
            (ROOT / "grafana" / "dashboards" / f"{slug}.json").read_text("utf-8")
        )
        panels = {panel["id"]: panel for panel in dashboard["panels"]}
        assert panels[rule["panelId"]]["title"] == "Data"


def test_who_a_policy_names_exists_and_what_mutes_it_does() -> None:
    points = {point["name"] for point in entries("contactPoints")}
    mutes = {mute["name"] for mute in entries("muteTimes")}
    for policy in entries("policies"):
        assert policy["receiver"] in points
        assert {route["receiver"] for route in policy["routes"]} <= points
        assert {
            name for route in policy["routes"] for name in route["mute_time_intervals"]
        } == mutes


def test_a_rule_leads_to_its_runbook() -> None:
    alarms = (ROOT / "docs" / "alarms.md").read_text("utf-8")
    anchors = {title.lower() for title in re.findall(r"^### (\w+)$", alarms, re.MULTILINE)}
    for rule in rules():
        page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
        assert page == f"{DOCS}/alarms.html"
        assert anchor in anchors
        assert rule["labels"]["severity"] in {"critical", "warning"}
