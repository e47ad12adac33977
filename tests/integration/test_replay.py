"""Replay and simulation against a real HTTP server on loopback that is away at first, refuses
lines, or is gone.
"""

import asyncio
import gzip
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from floorpulse.ingest.sources.registry import stream_of
from floorpulse.simulator.options import ReplayOptions, SimulateOptions, Target
from floorpulse.simulator.replay import replay
from floorpulse.simulator.simulate import simulate

FLOORPULSE = Path(sys.executable).with_name("floorpulse")
KEY = "fp_test_secret"
MOST_EVENTS = 300
REFUSED = (b'{"bad"', b'{"type":"source.refused"')


@dataclass
class Ingest:
    """A small server that keeps what it takes; the first `away` requests find it away, `{"bad"` and
    what a source refused is refused.
    """

    away: int = 0
    taken: list[bytes] = field(default_factory=list)
    requests: int = 0
    at_once: int = 0
    most_at_once: int = 0

    async def take(self, request: Request) -> JSONResponse:
        self.requests += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return self.answer(request, await request.body())
        finally:
            self.at_once -= 1

    def answer(self, request: Request, body: bytes) -> JSONResponse:
        if self.requests <= self.away:
            return JSONResponse(
                {"title": "Kafka is away"}, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "0"}
            )
        if request.headers["authorization"] != f"Bearer {KEY}":
            return JSONResponse(
                {"title": "Unauthorized", "detail": "unknown key"}, HTTPStatus.UNAUTHORIZED
            )
        lines = body.splitlines()
        if len(lines) > MOST_EVENTS:
            return JSONResponse({"title": "Too many events"}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        bad = [index for index, line in enumerate(lines) if line.startswith(REFUSED)]
        self.taken += [line for line in lines if not line.startswith(REFUSED)]
        rejected = [
            {"index": index, "id": None, "reason": "missing_field", "detail": "no id"}
            for index in bad
        ]
        status = HTTPStatus.UNPROCESSABLE_ENTITY if len(bad) == len(lines) else HTTPStatus.ACCEPTED
        odd = [
            {"index": index, "id": "odd", "code": "future", "detail": "ahead"}
            for index, line in enumerate(lines)
            if b'"odd"' in line
        ]
        answer = {"accepted": len(lines) - len(bad), "rejected": rejected, "warnings": odd}
        return JSONResponse(answer, status)

    @property
    def ids(self) -> list[str]:
        return [json.loads(line)["id"] for line in self.taken]


@asynccontextmanager
async def serving(ingest: Ingest) -> AsyncIterator[str]:
    app = FastAPI()
    app.add_api_route("/v1/events", ingest.take, methods=["POST"])
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="critical", lifespan="off", ws="none")
    )
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn has no event to wait for
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


def events(number: int) -> Iterator[str]:
    return (
        json.dumps(
            {
                "id": f"e{n}",
                "source": "test",
                "at": 1_794_355_200_000 + n,
                "type": "contact.held",
                "contact": f"c{n}",
            }
        )
        for n in range(number)
    )


def recorded(folder: Path, lines: list[str]) -> str:
    file = folder / "events.ndjson.gz"
    file.write_bytes(gzip.compress("\n".join(lines).encode()))
    return str(file)


async def test_a_server_that_is_away_at_first_gets_every_event(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ingest = Ingest(away=2)
    lines = list(events(2_000))

    async with serving(ingest) as url:
        status = await replay(ReplayOptions(recorded(tmp_path, lines), Target(url, KEY, batch=100)))

    assert status == 0
    assert sorted(ingest.taken) == sorted(line.encode() for line in lines)
    assert ingest.requests == 22
    assert ingest.most_at_once <= 4
    assert "2,000 events: 2,000 accepted, 0 rejected, 0 not sent" in capfd.readouterr().out


async def test_a_batch_too_large_for_the_server_is_divided(tmp_path: Path) -> None:
    ingest = Ingest()

    async with serving(ingest) as url:
        status = await replay(
            ReplayOptions(recorded(tmp_path, list(events(1_000))), Target(url, KEY, batch=500))
        )

    assert status == 0
    assert sorted(ingest.ids) == sorted(f"e{n}" for n in range(1_000))


async def test_bad_lines_are_reported_with_their_numbers_and_the_rest_goes_on(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ingest = Ingest()
    lines = list(events(300))
    lines[41] = '{"bad": 1}'
    lines[250] = '{"bad": 2}'
    lines[7] = '{"id": "odd"}'

    async with serving(ingest) as url:
        status = await replay(ReplayOptions(recorded(tmp_path, lines), Target(url, KEY, batch=100)))

    said = capfd.readouterr()
    assert status == 1
    assert len(ingest.taken) == 298
    assert {"  missing_field: 2", "    line 42: no id", "    line 251: no id"} <= set(
        said.out.splitlines()
    )
    assert "  accepted, but future: 1, first line 8: ahead" in said.out.splitlines()
    assert "replay: 2 of the events were rejected" in said.err


async def test_a_wrong_key_ends_a_replay_at_once_and_says_what_to_check(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with serving(Ingest()) as url:
        status = await replay(
            ReplayOptions(recorded(tmp_path, list(events(900))), Target(url, "wrong", batch=100))
        )

    said = capfd.readouterr()
    assert status == 1
    assert "401 Unauthorized: unknown key; check the key" in said.err
    assert "0 accepted" in said.out


async def test_a_server_that_is_gone_ends_a_replay_when_patience_does(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with serving(Ingest()) as url:
        pass

    status = await replay(
        ReplayOptions(recorded(tmp_path, list(events(50))), Target(url, KEY, patience=0.25))
    )

    said = capfd.readouterr()
    assert status == 1
    assert "took nothing for 0.25 s" in said.err
    assert "50 events: 0 accepted, 0 rejected, 50 not sent" in said.out


async def test_of_a_cut_off_file_all_that_can_be_read_is_sent(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cut.gz"
    file.write_bytes(gzip.compress("\n".join(events(3_000)).encode())[:-500])
    ingest = Ingest()

    async with serving(ingest) as url:
        status = await replay(ReplayOptions(str(file), Target(url, KEY, batch=250)))

    assert status == 1
    assert len(ingest.taken) > 1_000
    assert "cut off" in capfd.readouterr().err


async def test_a_queue_log_becomes_events_and_a_line_that_is_none_is_reported_with_its_number(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ingest = Ingest()
    file = tmp_path / "queue_log"
    calls = [
        "NONE|NONE|NONE|QUEUESTART|",
        "c1|sales|NONE|ENTERQUEUE||1201|1",
        '{"bad": 1}',
        "c1|sales|NONE|ABANDON|1|1|0",
    ]
    file.write_text(
        "\n".join(call if call.startswith("{") else f"1366720340|{call}" for call in calls)
    )

    async with serving(ingest) as url:
        status = await replay(
            ReplayOptions(
                str(file), Target(url, KEY), translation=stream_of("queue-log", "asterisk")
            )
        )

    assert status == 1
    assert [json.loads(event)["type"] for event in ingest.taken] == [
        "contact.offered",
        "contact.abandoned",
    ]
    assert "    line 3: no id" in capfd.readouterr().out.splitlines()


async def test_a_queue_log_is_understood_by_the_end_of_the_file_rotated_before_it(
    tmp_path: Path,
) -> None:
    ingest = Ingest()
    key = tmp_path / "key"
    key.write_text(KEY)
    file = tmp_path / "queue_log"
    file.with_suffix(".1").write_text("1366720340|1366720340.9|sales|NONE|ENTERQUEUE||101|1\n")
    file.write_text("1366720349|1366720300.1|sales|NONE|ABANDON|1|1|9\n")

    async with serving(ingest) as url:
        command = ["replay", str(file), "--format", "queue-log", "--to", url]
        command += ["--key-file", str(key)]
        program = await asyncio.create_subprocess_exec(FLOORPULSE, *command)
        assert await program.wait() == 0

    assert [json.loads(event)["type"] for event in ingest.taken] == [
        "contact.retracted",
        "contact.offered",
        "contact.abandoned",
    ]


async def test_at_a_speed_a_recording_takes_its_time(tmp_path: Path) -> None:
    ingest = Ingest()
    began = asyncio.get_running_loop().time()
    lines = [json.dumps({"id": f"e{n}", "at": 1_794_355_200_000 + 10_000 * n}) for n in range(5)]

    async with serving(ingest) as url:
        status = await replay(ReplayOptions(recorded(tmp_path, lines), Target(url, KEY), speed=100))

    assert status == 0
    assert ingest.ids == [f"e{n}" for n in range(5)]
    assert ingest.requests > 1
    assert asyncio.get_running_loop().time() - began > 0.3


async def test_a_simulated_hour_arrives_whole(capfd: pytest.CaptureFixture[str]) -> None:
    ingest = Ingest(away=1)

    async with serving(ingest) as url:
        status = await simulate(
            SimulateOptions(Target(url, KEY, batch=200), "quiet", seed=3, speed=None, duration=3600)
        )

    assert status == 0
    stories = [json.loads(line) for line in ingest.taken]
    offered = {
        (event["contact"], event.get("visit", 1))
        for event in stories
        if event["type"] == "contact.offered"
    }
    over = {"contact.abandoned", "contact.left", "contact.wrapped"}
    assert len(offered) > 50
    assert offered == {
        (event["contact"], event.get("visit", 1)) for event in stories if event["type"] in over
    }
    assert "The floor's own tally" in capfd.readouterr().out


async def test_a_cancelled_simulation_closes_its_floor() -> None:
    ingest = Ingest()

    async with serving(ingest) as url:
        running = asyncio.create_task(
            simulate(
                SimulateOptions(Target(url, KEY, batch=200), "normal", backfill=600, quiet=True)
            )
        )
        while not ingest.taken:  # noqa: ASYNC110  the server is the thing under watch
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    types = [json.loads(line)["type"] for line in ingest.taken]
    assert types.count("contact.offered") > 20
    assert types.count("contact.offered") == sum(
        types.count(f"contact.{ending}") for ending in ("abandoned", "left", "wrapped")
    )


async def test_a_simulation_without_a_server_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    async with serving(Ingest()) as url:
        pass

    status = await simulate(
        SimulateOptions(
            Target(url, KEY, patience=0.2), "quiet", backfill=600, duration=1, quiet=True
        )
    )

    assert status == 1
    assert "simulate: " in capfd.readouterr().err
