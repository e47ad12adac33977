"""The words and settings of the demo's processes."""

import sys
from pathlib import Path

import pytest

from floorpulse.cli.option_types import time_of_day
from floorpulse.definitions.domain.bodies import QueueBody, TeamBody
from floorpulse.definitions.domain.check import check
from floorpulse.demo.domain.season import Season
from floorpulse.demo.folder import StateFolder
from floorpulse.demo.options import DemoOptions
from floorpulse.demo.programs import (
    DEFINITIONS,
    Addresses,
    MetricsPorts,
    environment,
    programs,
)
from floorpulse.kpi_engine.settings import EngineSettings
from floorpulse.origin.app import create_http_app
from floorpulse.origin.settings import HttpSettings
from floorpulse.simulator.domain.scenarios import QUEUES, TEAMS

ADDRESSES = Addresses("127.0.0.1:1234", "postgresql://floorpulse:pw@127.0.0.1:5678/floorpulse")
FLOOR = Season("quiet", 1_794_400_000_123, 30_600_250)


def test_what_the_demo_decides_is_not_inherited(tmp_path: Path) -> None:
    inherited = {
        "PATH": "/bin",
        "FLOORPULSE_FLOOR__ZONE": "Asia/Shanghai",
        "FLOORPULSE_KAFKA__LOG_ID": "elsewhere",
        "floorpulse_api__host": "0.0.0.0",  # noqa: S104  it must not come through
    }

    env = environment(inherited, ADDRESSES, DemoOptions(), StateFolder(tmp_path))

    assert (env["PATH"], env["FLOORPULSE_FLOOR__ZONE"], env["FLOORPULSE_API__HOST"]) == (
        "/bin",
        "Asia/Shanghai",
        "127.0.0.1",
    )
    assert "FLOORPULSE_KAFKA__LOG_ID" not in env
    assert "floorpulse_api__host" not in env


def test_the_model_contact_centre_has_its_definitions_and_an_empty_floor_none(
    tmp_path: Path,
) -> None:
    name = "FLOORPULSE_DEFINITIONS__DIR"
    folder = StateFolder(tmp_path)

    modelled = environment({}, ADDRESSES, DemoOptions(), folder)
    own = environment({name: "mine"}, ADDRESSES, DemoOptions(), folder)
    empty = environment({}, ADDRESSES, DemoOptions(simulate=False), folder)

    assert (modelled[name], own[name], name in empty) == (str(DEFINITIONS), "mine", False)


def test_the_definitions_are_those_of_the_model_contact_centre() -> None:
    [entry_file] = DEFINITIONS.glob("*.yaml")
    checked = check({entry_file.name: entry_file.read_text(encoding="utf-8")})

    teams = {
        (entry.id, entry.body.site) for entry in checked.entries if isinstance(entry.body, TeamBody)
    }
    queues = {
        (entry.id, *entry.body.channels)
        for entry in checked.entries
        if isinstance(entry.body, QueueBody)
    }
    assert teams == {(team.name, team.site) for team in TEAMS}
    assert queues == {(queue.id, queue.channel) for queue in QUEUES}


def test_the_services_understand_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(
        {}, ADDRESSES, DemoOptions(port=8123), StateFolder(tmp_path)
    ).items():
        monkeypatch.setenv(name, value)

    http = HttpSettings()
    engine = EngineSettings()

    assert (http.api.host, http.api.port, http.api.open_tenant) == ("127.0.0.1", 8123, "demo")
    assert http.kafka.bootstrap_servers == "127.0.0.1:1234"
    assert not http.kafka.idempotence
    assert (
        http.ingest.customer_keys[0].secret.get_secret_value()
        == (tmp_path / "customer-key").read_text().strip()
    )
    assert engine.database.url.get_secret_value() == ADDRESSES.dsn
    assert engine.engine.heartbeat_seconds < engine.engine.session_seconds


def test_both_services_are_on_one_origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment({}, ADDRESSES, DemoOptions(), StateFolder(tmp_path)).items():
        monkeypatch.setenv(name, value)

    paths = create_http_app(HttpSettings()).openapi()["paths"]

    assert {"/v1/events", "/v1/kpis", "/v1/pipeline", "/wallboard", "/metrics", "/readyz"} <= set(
        paths
    )


def test_each_process_has_its_words_and_its_log(tmp_path: Path) -> None:
    found = programs(
        DemoOptions(engines=2), {"A": "1"}, StateFolder(tmp_path), FLOOR, MetricsPorts((7, 8), 9)
    )

    assert [(one.name, one.log.name) for one in found] == [
        ("http", "http.log"),
        ("engine", "engine.log"),
        ("engine", "engine-2.log"),
        ("alerts", "alerts.log"),
        ("simulator", "simulator.log"),
    ]
    assert found[0].command == (sys.executable, "-P", "-m", "floorpulse.cli.app", "http")
    assert [one.env for one in found] == [
        {"A": "1"},
        {"A": "1", "FLOORPULSE_ENGINE__METRICS_PORT": "7"},
        {"A": "1", "FLOORPULSE_ENGINE__METRICS_PORT": "8"},
        {"A": "1", "FLOORPULSE_ALERTS__PORT": "9"},
        {"A": "1"},
    ]


def test_a_prometheus_is_told_where_each_process_shows_its_metrics() -> None:
    targets = MetricsPorts((7, 8), 9).targets(DemoOptions(port=8123, engines=2))

    assert targets == {
        "floorpulse-http": ["127.0.0.1:8123"],
        "floorpulse-engine": ["127.0.0.1:7", "127.0.0.1:8"],
        "floorpulse-alerts": ["127.0.0.1:9"],
    }


def test_the_simulator_is_told_its_floor_exactly(tmp_path: Path) -> None:
    *_, simulator = programs(
        DemoOptions(port=8123), {}, StateFolder(tmp_path), FLOOR, MetricsPorts((7,), 8)
    )
    said = dict(zip(simulator.command[5:-2:2], simulator.command[6:-2:2], strict=True))

    assert said["--to"] == "http://127.0.0.1:8123"
    assert said["--start"] == "2026-11-11T12:26:40.123+00:00"
    assert round(time_of_day(said["--clock"]) * 1000) == FLOOR.clock
    assert simulator.command[-2:] == ("--forecast", "--quiet")


def test_without_a_floor_there_is_no_simulator(tmp_path: Path) -> None:
    found = programs(DemoOptions(), {}, StateFolder(tmp_path), None, MetricsPorts((7,), 8))

    assert [one.name for one in found] == [
        "http",
        "engine",
        "alerts",
    ]
