"""The state folder."""

import json
import stat
from pathlib import Path

import pytest

from floorpulse.demo.domain.season import Season
from floorpulse.demo.folder import RunningDemo, StateFolder, claimed, running
from floorpulse.demo.options import DemoError, DemoOptions


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_new_folder_is_its_owners_only(tmp_path: Path) -> None:
    with claimed(tmp_path / "deep" / "state") as folder:
        assert mode(folder.path) == 0o700
        assert folder.key() == ""
        assert folder.season() is None


def test_a_folder_in_use_is_refused_with_the_user_named(tmp_path: Path) -> None:
    with (
        claimed(tmp_path),
        pytest.raises(DemoError, match=r"another demo \(process [0-9]+\) uses .*--state-dir"),
        claimed(tmp_path),
    ):
        pass


def test_a_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with claimed(tmp_path):
            pass


def test_a_place_that_can_be_no_folder_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(DemoError, match="cannot be the state folder"), claimed(file):
        pass


def test_secrets_are_made_once_and_hidden(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)

    first = folder.secret("session-secret")

    assert len(first) == 64
    assert folder.secret("session-secret") == first
    assert folder.secret("customer-key") != first
    assert mode(tmp_path / "session-secret") == 0o600


def test_the_key_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    folder.keep_key("fp_old")
    folder.keep_key("fp_new")

    assert folder.key() == "fp_new"
    assert mode(folder.key_file) == 0o600


def test_processes_are_written_down_whole(tmp_path: Path) -> None:
    StateFolder(tmp_path).keep_processes({"engine": [1, 2], "http": []})

    assert json.loads((tmp_path / "processes.json").read_text()) == {"engine": [1, 2], "http": []}
    assert [file.name for file in tmp_path.iterdir()] == ["processes.json"]


def test_the_floor_that_ran_last_is_remembered(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    floor = Season("quiet", 5, 6).closed(7)
    folder.keep_season(floor)

    assert folder.season() == floor


def test_a_floor_that_cannot_be_read_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "simulation.json").write_text("half a fi")

    assert StateFolder(tmp_path).season() is None


def test_logs_of_the_run_before_are_put_aside(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "engine.log").write_text("before")

    with claimed(tmp_path) as folder:
        assert not folder.log("engine").exists()
        assert (tmp_path / "logs" / "engine.log.1").read_text() == "before"


def test_other_commands_find_a_running_demo_by_its_folder(tmp_path: Path) -> None:
    env = {"PATH": "/bin", "FLOORPULSE_API__PORT": "8123", "floorpulse_floor__zone": "UTC"}
    with claimed(tmp_path) as folder:
        folder.keep_running("http://127.0.0.1:8123", env)

        assert running(tmp_path) == RunningDemo(
            "http://127.0.0.1:8123",
            str(tmp_path / "api-key"),
            {"FLOORPULSE_API__PORT": "8123", "floorpulse_floor__zone": "UTC"},
        )
        assert mode(tmp_path / "running.json") == 0o600


def test_a_demo_that_is_still_starting_is_told_from_none(tmp_path: Path) -> None:
    with claimed(tmp_path), pytest.raises(DemoError, match=r"is still starting, .* try again"):
        running(tmp_path)


def test_a_demo_that_ended_is_not_found(tmp_path: Path) -> None:
    with claimed(tmp_path) as folder:
        folder.keep_running("http://127.0.0.1:8000", {})

    with pytest.raises(DemoError, match=r"no demo runs in .*: start one with `floorpulse demo"):
        running(tmp_path)


def test_what_a_killed_demo_left_is_not_believed(tmp_path: Path) -> None:
    StateFolder(tmp_path).keep_running("http://127.0.0.1:8000", {})

    with pytest.raises(DemoError, match="no demo runs"):
        running(tmp_path)
    with claimed(tmp_path), pytest.raises(DemoError, match="still starting"):
        running(tmp_path)


def test_an_unknown_scenario_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        DemoError, match="no scenario 'busy'; there are quiet, normal, double-eleven"
    ):
        DemoOptions(scenario="busy")


def test_a_prometheus_finds_what_to_scrape_while_the_demo_runs(tmp_path: Path) -> None:
    file = tmp_path / "prometheus-targets.json"
    with claimed(tmp_path) as folder:
        folder.keep_targets({"floorpulse-engine": ["127.0.0.1:7", "127.0.0.1:8"]})

        assert json.loads(file.read_text()) == [
            {"targets": ["127.0.0.1:7", "127.0.0.1:8"], "labels": {"job": "floorpulse-engine"}}
        ]

    assert not file.exists()
