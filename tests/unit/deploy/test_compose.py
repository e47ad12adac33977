"""`deploy/compose.yaml` is what Docker Compose takes, and agrees with the code it starts."""

import json
import os
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from floorpulse.cli.app import app
from tests.unit.deploy.variables import PORTS, unread

DEPLOY = Path(__file__).parents[3] / "deploy"
COMPOSE = DEPLOY / "compose.yaml"
SCRIPT = DEPLOY / "compose.sh"
REQUIRED = "TESTS_REQUIRE_COMPOSE"
PROCESSES = ("ingest", "engine", "api", "alerts")
OTHERS = ("kafka", "postgres", "prometheus", "alertmanager", "grafana")
SHARED = {"FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS", "FLOORPULSE_LOG__JSON_LINES"}
"""What `migrate` is told with all others and does not need"""
SECRETS = ("POSTGRES_PASSWORD", "CUSTOMER_SECRET", "SESSION_SECRET", "GRAFANA_PASSWORD")


@cache
def program() -> str:
    """Path of docker-compose; the test is skipped where there is none."""
    found = subprocess.run([SCRIPT, "where"], capture_output=True, text=True, check=False)
    if found.returncode and os.environ.get(REQUIRED) == "1":  # noqa: TID251  a switch of the test run, not of the product
        pytest.fail(f"{REQUIRED} is set: {found.stderr.strip()}")
    if found.returncode:
        pytest.skip(found.stderr.strip())
    return found.stdout.strip()


def configured(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What Docker Compose makes of the file; no container is started."""
    words = [program(), "--file", str(COMPOSE), "config", "--format", "json"]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def services() -> Any:
    return yaml.safe_load(COMPOSE.read_text())["services"]


def test_docker_compose_takes_the_file() -> None:
    found = configured(dict.fromkeys(SECRETS, "x" * 64))

    assert found.returncode == 0, found.stderr
    assert set(json.loads(found.stdout)["services"]) == {"migrate", *PROCESSES, *OTHERS}


@pytest.mark.parametrize("missing", SECRETS)
def test_a_secret_that_is_missing_is_named_with_what_to_do(missing: str) -> None:
    found = configured({name: "x" * 64 for name in SECRETS if name != missing})

    assert found.returncode != 0
    assert f"required variable {missing} is missing a value: " in found.stderr


def test_every_process_and_what_it_needs_is_there(services: Any) -> None:
    assert set(services) == {"migrate", *PROCESSES, *OTHERS}


@pytest.mark.parametrize("process", ["migrate", *PROCESSES])
def test_a_process_runs_a_command_that_exists(services: Any, process: str) -> None:
    known = {command.callback.__name__ for command in app.registered_commands if command.callback}

    assert services[process]["command"] == [process]
    assert process in known


@pytest.mark.parametrize("process", ["migrate", *PROCESSES])
def test_every_variable_is_a_setting_of_its_process(services: Any, process: str) -> None:
    found = unread(process, services[process]["environment"])

    assert found - (SHARED if process == "migrate" else set()) == set()


@pytest.mark.parametrize("process", PROCESSES)
def test_services_wait_for_the_tables(services: Any, process: str) -> None:
    assert services[process]["depends_on"]["migrate"] == {
        "condition": "service_completed_successfully"
    }


@pytest.mark.parametrize("name", ["migrate", *PROCESSES, "prometheus", "alertmanager", "grafana"])
def test_services_have_no_rights_they_do_not_need(services: Any, name: str) -> None:
    assert services[name]["cap_drop"] == ["ALL"]
    assert services[name]["read_only"] is True
    assert services[name]["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", [*PROCESSES, *OTHERS])
def test_every_service_says_whether_it_is_well(services: Any, name: str) -> None:
    assert services[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_is_asked_where_it_listens(services: Any, process: str) -> None:
    asked = re.search(
        r"http://127\.0\.0\.1:(\d+)/(\w+)", services[process]["healthcheck"]["test"][-1]
    )

    assert asked is not None
    assert int(asked[1]) == PORTS[process]
    assert asked[2] == ("metrics" if process == "engine" else "livez")


def test_ports_are_open_on_loopback_only_and_are_those_of_the_processes(services: Any) -> None:
    for name, one in services.items():
        for port in one.get("ports", []):
            host, outer, inner = port.split(":")
            assert host == "127.0.0.1"
            assert outer == inner == str(PORTS.get(name, inner))


def test_every_file_that_is_mounted_exists(services: Any) -> None:
    mounted = [
        volume.split(":")[0]
        for one in services.values()
        for volume in one.get("volumes", [])
        if volume.startswith(".")
    ]

    assert "./prometheus" in mounted
    assert [one for one in mounted if not (DEPLOY / one).exists()] == []


def test_prometheus_finds_every_process(services: Any) -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    found = {
        (name, one["port"])
        for job in config["scrape_configs"]
        for one in job["dns_sd_configs"]
        for name in one["names"]
    }

    assert found == {(process, PORTS[process]) for process in PROCESSES}
    assert set(PROCESSES) <= set(services)


def test_alertmanager_is_where_the_others_look_for_it(services: Any) -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    (manager,) = config["alerting"]["alertmanagers"]
    (found,) = manager["dns_sd_configs"]
    address = services["alerts"]["environment"]["FLOORPULSE_ALERTS__ALERTMANAGER_URL"]

    assert address == f"http://{found['names'][0]}:{found['port']}"
    assert services[found["names"][0]]["ports"] == [f"127.0.0.1:{found['port']}:{found['port']}"]
