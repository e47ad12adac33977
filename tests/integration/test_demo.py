"""The demo as its user meets it: a command, a folder, an origin."""

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from floorpulse.demo.embedded.child import free_port
from tests.integration.running_demo import DAY, demo, story, until

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(1500)]

EMPTY = "--no-simulate"
DEFINED = """
tenant: demo
about:
  - names: {fr: Démonstration}
queues:
  - {id: orders, names: {fr: Commandes}, channels: [voice]}
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    return not (status.exists() and "\nState:\tZ" in status.read_text())


async def command(*words: str, **env: str) -> tuple[int | None, str]:
    """Exit status and words of `floorpulse` beside the demo."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "floorpulse.cli.app",
        *words,
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def outcome(*words: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "floorpulse.cli.app",
        "demo",
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_a_killed_engine_changes_no_figure_and_the_next_demo_goes_on(tmp_path: Path) -> None:
    state = tmp_path / "state"
    port = free_port()
    async with demo(state, port, EMPTY) as first:
        key = first.key()
        await first.post(range(30))
        (killed,) = first.pids("engine")
        os.kill(killed, signal.SIGKILL)
        await first.post(range(50))
        figures = await first.counted()
        successor = first.pids("engine")
        held = await outcome("--state-dir", str(state), "--port", str(free_port()))
        code = await first.stop()

    async with demo(state, port, EMPTY) as second:
        assert await second.counted() == figures
        await second.post(range(60))
        more = await second.counted()
        same_key = second.key() == key

    assert figures == {"offered": 50, "answered": 50, "asa": 2.0}
    assert more == {"offered": 60, "answered": 60, "asa": 2.0}
    assert len(successor) == 1
    assert successor != [killed]
    assert same_key
    assert code == 0
    assert held[0] == 2
    assert f"another demo (process {first.process.pid}) uses {state}" in held[1]


async def test_a_broker_that_dies_is_replaced_and_no_durable_figure_is_lost(tmp_path: Path) -> None:
    async with demo(tmp_path / "state", free_port(), EMPTY) as running:
        await running.post(range(20))
        before = await running.counted()
        (broker,) = running.pids("broker")
        (database,) = running.pids("postgres")
        os.kill(broker, signal.SIGKILL)

        async def replaced() -> bool:
            return (
                running.pids("broker") not in ([], [broker])
                and bool(running.pids("http"))
                and await running.ready()
            )

        await until(replaced)
        await running.post(range(25))
        after = await running.counted()
        same_database = running.pids("postgres") == [database]
        everybody = [
            pid
            for name in ("http", "engine", "alerts", "broker", "postgres")
            for pid in running.pids(name)
        ]
        code = await running.stop()

    assert before["offered"] == 20
    assert after["offered"] == 25
    assert same_database
    assert code == 0
    assert not any(map(alive, everybody))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
async def test_nothing_outlives_a_demo_that_is_killed(tmp_path: Path) -> None:
    async with demo(tmp_path / "state", free_port(), EMPTY) as running:
        everybody = [
            pid
            for name in ("http", "engine", "alerts", "broker", "postgres")
            for pid in running.pids(name)
        ]
        running.process.kill()
        await running.process.wait()

        async def gone() -> bool:
            return not any(map(alive, everybody))

        await until(gone)

    assert len(everybody) == 5


async def test_commands_find_a_running_demo_by_its_folder(tmp_path: Path) -> None:
    state = tmp_path / "state"
    files = prepared(tmp_path)
    elsewhere = {"FLOORPULSE_DATABASE__URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    async with demo(state, free_port(), EMPTY) as running:
        said = {
            words: await command(*words, "--demo", str(state), **elsewhere)
            for words in (
                ("keys", "list", "--json"),
                ("migrate",),
                ("settings", "--command", "http"),
                ("replay", files["events"]),
                ("redrive", files["letters"]),
                ("definitions", "load", files["definitions"]),
            )
        }

        async def in_force() -> bool:
            told = await running.get("/v1/definitions")
            return "Commandes" in json.dumps(told["versions"])

        await until(in_force)
        figures = await running.counted()
        await running.stop()
    after = await command("keys", "list", "--demo", str(state))

    assert {words: one[0] for words, one in said.items()} == dict.fromkeys(said, 0), said
    assert figures["offered"] == 2
    assert f"{running.client.base_url.port} " in said["settings", "--command", "http"][1]
    assert after[0] == 2
    assert after[1].startswith(f"floorpulse: no demo runs in {state}: start one with")


def prepared(folder: Path) -> dict[str, str]:
    """Files that commands send to a demo: a contact, a repaired letter, definitions."""
    events = folder / "events.ndjson"
    events.write_text("\n".join(json.dumps(one) for one in story(1)))
    letters = folder / "letters.ndjson"
    letters.write_text("\n".join(json.dumps({"tenant": "demo", **one}) for one in story(2)))
    definitions = folder / "definitions"
    definitions.mkdir()
    (definitions / "demo.yaml").write_text(DEFINED)
    return {"events": str(events), "letters": str(letters), "definitions": str(definitions)}


async def test_a_port_in_use_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        code, said = await outcome("--state-dir", str(tmp_path / "state"), "--port", str(port))

    assert code == 2
    assert f"cannot listen on 127.0.0.1:{port}: another program listens there" in said
    assert "--port" in said
    assert not (tmp_path / "state").exists()


async def test_a_surge_shows_beside_the_forecast_that_the_floor_was_staffed_for(
    tmp_path: Path,
) -> None:
    asked = {
        "by": "total",
        "window": "60m",
        "kpi": "forecast_variance,service_level,service_level_projected",
    }
    async with demo(tmp_path / "state", free_port(), "--scenario", "double-eleven") as running:

        async def told() -> dict[str, Any]:
            rows = (await running.get("/v1/kpis", **asked))["rows"]
            return {row["kpi"]: row["value"] for row in rows}

        async def surged() -> bool:
            return ((await told())["forecast_variance"] or 0) > 0.3

        async def short_of_agents() -> bool:
            found = await running.get("/v1/staffing/lendable", to="orders")
            lenders = [row["queue"] for row in found["rows"]]
            return found["to"]["missing"] > 0 and lenders[:1] == ["chat"]

        await until(surged)
        await until(short_of_agents)
        levels = await told()
        uploads = (await running.get("/v1/forecasts", **{"from": DAY["from"], "to": DAY["to"]}))[
            "versions"
        ]
        code = await running.stop()

    assert 0.7 < levels["service_level"] < 0.9, "it falls below what was promised within minutes"
    assert 0.6 < levels["service_level_projected"] < 0.95
    assert [upload["note"] for upload in uploads] == ["model contact centre, double-eleven"]
    assert code == 0
