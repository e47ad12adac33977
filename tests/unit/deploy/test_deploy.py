"""The files operators start from agree with the code they start."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from floorpulse.alerts.settings import AlertsProcessSettings
from floorpulse.cli.app import app
from floorpulse.ingest.settings import IngestSettings
from floorpulse.kpi_engine.settings import EngineSettings
from floorpulse.query.settings import QuerySettings
from floorpulse.runtime.settings import Settings

ROOT = Path(__file__).parents[3]
PROCESSES: dict[str, type[BaseSettings]] = {
    "ingest": IngestSettings,
    "engine": EngineSettings,
    "api": QuerySettings,
    "alerts": AlertsProcessSettings,
    "migrate": Settings,
}


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]


def test_every_process_and_what_it_needs_is_there(compose: Any) -> None:
    assert set(compose) == {"kafka", "postgres", *PROCESSES}


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_runs_a_command_that_exists(compose: Any, process: str) -> None:
    known = {command.callback.__name__ for command in app.registered_commands if command.callback}

    assert compose[process]["command"][0] in known


@pytest.mark.parametrize("process", PROCESSES)
def test_every_variable_is_a_setting(compose: Any, process: str) -> None:
    for name in compose[process]["environment"]:
        group, _, setting = name.removeprefix("FLOORPULSE_").lower().partition("__")
        field = PROCESSES[process].model_fields[group].annotation
        assert field is not None
        assert setting in field.model_fields, name


@pytest.mark.parametrize("process", ["ingest", "engine", "api", "alerts"])
def test_services_wait_for_the_tables(compose: Any, process: str) -> None:
    assert compose[process]["depends_on"]["migrate"] == {
        "condition": "service_completed_successfully"
    }


@pytest.mark.parametrize("process", PROCESSES)
def test_processes_have_no_rights_they_do_not_need(compose: Any, process: str) -> None:
    assert compose[process]["cap_drop"] == ["ALL"]
    assert compose[process]["read_only"] is True


def test_ports_are_open_on_loopback_only(compose: Any) -> None:
    for one in compose.values():
        assert all(port.startswith("127.0.0.1:") for port in one.get("ports", []))


def test_the_image_runs_as_nobody_in_particular() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()

    assert "USER 10001" in lines


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_hold_versions_and_no_addresses(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()

    assert all("==" in line for line in lines)
    assert not any("://" in line or line.startswith("-") for line in lines)


def test_the_lock_of_tests_holds_the_lock_of_the_product() -> None:
    """Tools may want a package on more systems than the product does: its version is the same."""
    product, tests = (
        {line.partition(" ;")[0] for line in (ROOT / name).read_text().splitlines()}
        for name in ("requirements.lock", "requirements-dev.lock")
    )

    assert product <= tests
