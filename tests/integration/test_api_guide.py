"""Every example of docs/api.md is run against the API on a port of its own: what it shows is what
comes.
"""

import asyncio
import json
import re
import shlex
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from floorpulse.contracts.cells import Cell, Cells
from floorpulse.demo.embedded.child import free_port
from floorpulse.figures.ports import StoredCorrection
from tests.fakes.alert_world import AlertWorld
from tests.fakes.world import NOW, busy_world

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "api.md").read_text("utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(
    r"^```(\w+)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL
)
CALLS = [
    line
    for kind, text in BLOCKS
    if kind == "sh"
    for line in text.splitlines()
    if line.startswith("curl")
]
NOT_FOR_READERS = (
    "/metrics",
    "/v1/agents",
    "/v1/alerts",
    "/v1/silences",
    "/v1/oncall",
    "/v1/messages",
    "/v1/contacts-at-risk",
)
DEFINED = """
tenant: demo
clients: [{id: acme, names: {en: Acme}}]
queues:
  - {id: sales, names: {en: Sales, zh: 销售}, channels: [voice], client: acme}
  - {id: help, names: {en: Help, zh: 支持}, channels: [voice]}
receivers: [{id: li, names: {en: Li Na}, screen: true}]
escalations: [{id: floor, steps: [{targets: [{receiver: li}]}]}]
rules:
  - id: level
    names: {en: Service level is low}
    escalation: floor
    threshold: {kpi: service_level, fire_below: 0.75}
"""
QUARTER = NOW - 440_000 - 2_700_000


def world() -> AlertWorld:
    found = busy_world()
    old: Cells = {Cell.OFFERED: 4}
    new: Cells = {Cell.OFFERED: 5}
    late = StoredCorrection(
        1,
        QUARTER,
        QUARTER + 900_000,
        "sales",
        "voice",
        old,
        new,
        "pbx",
        "e1",
        "contact.offered",
        NOW - 440_000,
    )
    found.history.corrected = [late]
    alerts = AlertWorld(DEFINED, found)
    asyncio.run(alerts.fire())
    asyncio.run(alerts.send())
    return alerts


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The API over a floor in memory, on a port."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(world().whole, "127.0.0.1", port, log_config=None, lifespan="off")
    )
    serving = threading.Thread(target=lambda: asyncio.run(server.serve()))
    serving.start()
    try:
        answering(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        serving.join(timeout=10)


def answering(url: str) -> None:
    with httpx.Client(transport=httpx.HTTPTransport(retries=10)) as client:
        client.get(f"{url}/livez").raise_for_status()


def ask(call: str, url: str) -> httpx.Response:
    """What a curl command gets; of a stream the first event."""
    words = shlex.split(
        call.replace("$API", url).replace(
            "$KEY", "leader" if any(path in call for path in NOT_FOR_READERS) else "reader"
        )
    )[1:]
    headers = dict(
        words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H"
    )
    with httpx.Client(headers=headers) as client, client.stream("GET", words[-1]) as answer:
        if "/v1/stream" in words[-1]:
            next(line for line in answer.iter_lines() if line.startswith("data: "))
        else:
            answer.read()
        return answer


@pytest.mark.parametrize("call", CALLS)
def test_a_command_of_the_guide_is_answered(url: str, call: str) -> None:
    answer = ask(call, url)

    assert answer.status_code == 200
    csv = "text/csv" in call or "format=csv" in call
    assert csv == answer.headers["content-type"].startswith("text/csv")


def shown() -> Iterator[tuple[str, Any]]:
    """Each answer that the guide shows, with the command before it."""
    call = ""
    for kind, text in BLOCKS:
        if kind == "sh":
            call = text.splitlines()[0]
        elif kind == "json":
            yield call, json.loads(text)


@pytest.mark.parametrize(("call", "answer"), list(shown()))
def test_an_answer_of_the_guide_has_the_members_that_come(url: str, call: str, answer: Any) -> None:
    told = ask(call, url).json()

    assert set(answer) == set(told)
    for name in ("rows", "total"):
        theirs, ours = (first(body.get(name)) for body in (answer, told))
        assert not theirs or set(theirs) == set(ours)


def first(rows: Any) -> Any:
    return rows[0] if isinstance(rows, list) and rows else rows or {}


def test_the_python_of_the_guide_runs(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for kind, text in BLOCKS:
        if kind == "python":
            exec(text.replace("http://127.0.0.1:8000", url).replace("fp_…", "leader"), names)  # noqa: S102  the guide is ours

    said = capsys.readouterr().out
    assert "('sales', 'waiting'): 1" in said
    assert "adhoc:V6,30,le,5" in said
