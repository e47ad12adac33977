"""Every panel of the dashboards, asked of a real Prometheus that scrapes a running demo."""

import asyncio
import json
import re
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from floorpulse.board.domain.windows import Window
from floorpulse.demo.embedded.child import free_port
from grafana.boards import BOARDS
from grafana.expressions import MET, MISSED, NEARLY, STALE, TARGET, UNDEFINED
from grafana.infinity import INCIDENTS, ROWS, Column
from grafana.infinity import QUERIES as ASKED
from grafana.panels import Board, Panel, Rows
from grafana.variables import QUERIES
from tests.integration.prometheus import RealPrometheus, beside_a_demo, program, prometheus
from tests.integration.running_demo import demo, until

pytestmark = [pytest.mark.embedded, pytest.mark.timeout(900)]

RULES = Path(__file__).parents[2] / "grafana" / "provisioning" / "alerting" / "rules.yaml"
CHOSEN = {
    "$tenant": "demo",
    "$queue": ".*",
    "$channel": ".*",
    "$window": "15m",
    "$__rate_interval": "1m",
}
"""What Grafana puts for the variables"""
FILLED_WITHIN = 120
"""Seconds until the floor had a contact, an answer, a flush, a request of each kind"""
HOUR = 3600
FLOOR = ZoneInfo("Asia/Shanghai")
"""The zone of the demo's floor"""
OF_TARGET = (MET, NEARLY, MISSED, UNDEFINED, STALE)


def filled(text: str) -> str:
    """With the variables' values."""
    for name, value in CHOSEN.items():
        text = text.replace(name, value)
    return text


async def options(prometheus: RealPrometheus, query: str) -> list[str]:
    """What a variable offers: `label_values(SERIES, LABEL)`."""
    match = re.fullmatch(r"label_values\((.+), (\w+)\)", filled(query))
    assert match
    return await prometheus.values(match[2], match[1])


async def is_shown(prometheus: RealPrometheus, panel: Panel, window: Window) -> bool:
    """Whether a panel shows anything in a window; a table shows all its columns."""
    answers = [
        await prometheus.series(filled(query.expr.replace("$window", window)))
        for query in panel.asked
    ]
    return all(answers) if isinstance(panel.form, Rows) else any(answers)


def windows(board: Board, panel: Panel) -> Sequence[Window]:
    """The windows in which a panel asks for something else each."""
    differs = any("$window" in query.expr for query in panel.asked)
    return board.windows if differs else (board.window,)


async def empty(prometheus: RealPrometheus) -> list[str]:
    return [
        f"{board.slug}: {panel.title.en}, {window}"
        for board in BOARDS
        for panel in board.panels
        for window in windows(board, panel)
        if not await is_shown(prometheus, panel, window)
    ]


def which(found: list[Any]) -> list[tuple[str, str]]:
    """The queues and channels of series."""
    return [(one["metric"]["queue"], one["metric"]["channel"]) for one in found]


async def test_no_panel_is_empty_and_each_queue_has_one_colour(tmp_path: Path) -> None:
    state = tmp_path / "state"
    missing = ["nothing was asked yet"]
    async with (
        demo(state, free_port()) as floor,
        prometheus(tmp_path, beside_a_demo(state)) as looking,
    ):

        async def full() -> bool:
            missing[:] = await empty(looking)
            return not missing

        with suppress(TimeoutError):
            await asyncio.wait_for(until(full), FILLED_WITHIN)
        assert missing == []

        [(now, _)] = [one["value"] for one in await looking.series("vector(time())")]
        coloured = [await looking.series(filled(expr), now) for expr in OF_TARGET]
        promised = await looking.series(filled(TARGET), now)
        assert sorted(one for found in coloured for one in which(found)) == sorted(which(promised))
        for name, query in QUERIES.items():
            assert await options(looking, query), name
        for expr in alerting():
            await looking.series(expr)
        for question in ASKED:
            answer = await floor.client.get(from_grafana(question.url, now), headers=floor.key())
            rows = answer.raise_for_status().json()[ROWS]
            assert rows or question is INCIDENTS, question.what
            for column in question.columns:
                told = [row[column.selector] for row in rows]
                assert all(fits(column, one) for one in told if one is not None), column
        assert await floor.stop() == 0


def from_grafana(url: str, now: float) -> str:
    """An address as Grafana asks it: of the last hour."""
    for name, at in (("from", now - HOUR), ("to", now)):
        instant = datetime.fromtimestamp(at, UTC)
        day = instant.astimezone(FLOOR).date().isoformat()
        iso = instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        url = url.replace(f"${{__{name}:date:YYYY-MM-DD}}", day)
        url = url.replace(f"${{__{name}:date:iso}}", iso)
    return url.replace("${queue:csv}", "orders,returns").replace("${window}", "15m")


def fits(column: Column, value: Any) -> bool:
    """Whether Grafana can read a value as the column's type."""
    match column.type:
        case "number":
            return isinstance(value, int | float)
        case "timestamp":
            return datetime.fromisoformat(value).tzinfo is not None
        case _:
            return isinstance(value, str)


def alerting() -> list[str]:
    """What the provisioned alert rules ask."""
    groups = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    return [
        query["model"]["expr"]
        for group in groups
        for rule in group["rules"]
        for query in rule["data"]
        if "expr" in query["model"]
    ]


def test_promtool_can_read_every_expression(tmp_path: Path) -> None:
    asked = {query.expr for board in BOARDS for panel in board.panels for query in panel.asked}
    exprs = sorted({*map(filled, asked), *alerting()})
    rules = [{"record": f"asked:{number}", "expr": expr} for number, expr in enumerate(exprs)]
    file = tmp_path / "rules.yml"
    file.write_text(json.dumps({"groups": [{"name": "dashboards", "rules": rules}]}))
    ran = subprocess.run(
        [program("promtool"), "check", "rules", "--lint=none", file],
        check=False,
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 0, ran.stderr
    assert f"{len(exprs)} rules found" in ran.stdout
