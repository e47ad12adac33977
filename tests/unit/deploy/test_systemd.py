"""The units of systemd agree with the code they start, and confine it."""

import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from floorpulse.cli.settings_catalogue import READERS
from tests.unit.deploy.variables import ENGINE_METRICS, READ_BY

UNITS = Path(__file__).parents[3] / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
CONFINED = UNITS / "floorpulse-.service.d" / "10-confined.conf"
EXAMPLE = UNITS / "floorpulse.env.example"
ANALYZE = shutil.which("systemd-analyze")
MOST_EXPOSED = 25
"""Of 100, as systemd judges; a service without any confinement has 96"""


class Unit(ConfigParser):
    """A unit's sections; names keep their case, and of repeated ones the last holds."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, interpolation=None, delimiters=("=",))
        self.read(path)

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def process_of(path: Path) -> str:
    return path.stem.removeprefix("floorpulse-").removesuffix("@")


def variables(text: str) -> dict[str, str]:
    lines = [line.removeprefix("#") for line in text.splitlines() if "FLOORPULSE_" in line[:12]]
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize("path", SERVICES, ids=process_of)
def test_a_unit_starts_a_command_that_exists(path: Path) -> None:
    program, command = Unit(path)["Service"]["ExecStart"].split()

    assert program == "/opt/floorpulse/bin/floorpulse"
    assert command == process_of(path)
    assert command in READ_BY


def test_each_process_of_compose_has_a_unit() -> None:
    assert {process_of(path) for path in SERVICES} == {
        "migrate", "ingest", "engine", "api", "alerts",
    }  # fmt: skip


@pytest.mark.parametrize("path", SERVICES, ids=process_of)
def test_services_start_once_the_tables_are_there(path: Path) -> None:
    unit = Unit(path)
    needed = unit["Unit"].get("Requires", "")

    assert (needed == "floorpulse-migrate.service") == (process_of(path) != "migrate")
    assert unit["Unit"].get("After", "") == needed
    assert unit["Unit"]["PartOf"] == "floorpulse.target"


def test_the_target_wants_every_service() -> None:
    wanted = Unit(UNITS / "floorpulse.target")["Unit"]["Wants"].split()

    assert {Path(one).stem.removeprefix("floorpulse-").partition("@")[0] for one in wanted} == {
        "ingest", "engine", "api", "alerts",
    }  # fmt: skip


def test_every_variable_of_the_example_is_a_setting() -> None:
    known = set().union(*READ_BY.values())

    assert set(variables(EXAMPLE.read_text())) <= known


def test_the_example_names_every_setting_that_a_process_cannot_do_without() -> None:
    assert {
        "FLOORPULSE_KAFKA__BOOTSTRAP_SERVERS",
        "FLOORPULSE_DATABASE__URL",
        "FLOORPULSE_INGEST__CUSTOMER_KEYS",
    } <= set(variables(EXAMPLE.read_text()))
    assert Unit(CONFINED)["Service"]["EnvironmentFile"] == "/etc/floorpulse/floorpulse.env"


def test_an_engine_shows_its_metrics_on_the_port_of_its_number() -> None:
    variable, port = Unit(UNITS / "floorpulse-engine@.service")["Service"]["Environment"].split("=")

    assert variable in READ_BY["engine"]
    assert int(port.replace("%i", "1")) == ENGINE_METRICS


def test_an_engine_has_the_time_that_it_takes_to_write_what_it_has() -> None:
    assert int(Unit(UNITS / "floorpulse-engine@.service")["Service"]["TimeoutStopSec"]) > 30


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units as they would be installed, with a program that is there."""
    if ANALYZE is None:
        pytest.skip("systemd-analyze is not here")
    folder = tmp_path_factory.mktemp("units")
    for path in [*SERVICES, UNITS / "floorpulse.target"]:
        text = path.read_text().replace("/opt/floorpulse/bin/floorpulse", "/bin/true")
        (folder / path.name.replace("@.", "@1.")).write_text(text)
    shutil.copytree(CONFINED.parent, folder / CONFINED.parent.name)
    return folder


def analyzed(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ANALYZE or "", *words],
        env={"SYSTEMD_UNIT_PATH": f"{folder}:", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_systemd_finds_nothing_wrong_with_them(installed: Path) -> None:
    units = sorted(one for one in installed.iterdir() if one.is_file())
    found = analyzed(installed, "verify", "--man=no", *units)

    assert [line for line in found.stderr.splitlines() if "floorpulse" in line] == []


@pytest.mark.parametrize("path", SERVICES, ids=process_of)
def test_systemd_judges_them_confined(installed: Path, path: Path) -> None:
    unit = path.name.replace("@.", "@1.")
    found = analyzed(
        installed, "security", "--offline=yes", f"--threshold={MOST_EXPOSED}", "--no-pager", unit
    )

    assert found.returncode == 0, found.stdout + found.stderr
    assert "Overall exposure level" in found.stdout


def test_every_command_that_serves_is_one_of_a_unit() -> None:
    """`http` is ingest and api in one process, for small installations."""
    serving = {one.command for one in READERS if "tracing" in one.groups}

    assert serving - {"http"} == {process_of(path) for path in SERVICES} - {"migrate"}
