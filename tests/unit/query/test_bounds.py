"""Answers are bounded: they come in pages that cost what they hold, and long ones hand the loop
back.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from floorpulse.board.domain.board import Board
from floorpulse.board.domain.queue_names import OTHER
from floorpulse.board.domain.reading import WindowReading
from floorpulse.board.domain.rules import Rules
from floorpulse.board.domain.series import QueueChannelSpan, SeriesKey
from floorpulse.board.domain.windows import Span
from floorpulse.contracts.agents import Entered
from floorpulse.contracts.cells import Cell
from floorpulse.contracts.updates import PaneRow
from floorpulse.figures import turns
from floorpulse.figures.rows import LiveRow
from floorpulse.figures.turns import Turns
from floorpulse.query.api.answers import RENDERED, encoded
from floorpulse.query.stream.streams import Streams
from tests.fakes.floor import MINUTE, answered, waiting
from tests.fakes.world import LEADER, NOW, READER, SPAN, Client, World

KPIS = "offered,service_level,waiting"


class ObservedBoard(Board):
    """Notes in which turn of the loop it is read, while somebody counts them."""

    def __init__(self, rules: Rules, steady: Callable[[], int]) -> None:
        super().__init__(rules, steady)
        self.turn = 0
        self.reads: Counter[int] = Counter()

    def read_span(
        self, series_keys: Sequence[SeriesKey], span: Span, now: int, name: str | None = None
    ) -> WindowReading:
        self.reads[self.turn] += 1
        return super().read_span(series_keys, span, now, name)


def wide_world(queues: int, most: int = 100_000, **limits: int) -> tuple[World, ObservedBoard]:
    board = ObservedBoard(Rules(ZoneInfo("UTC"), most_queues=most), lambda: NOW)
    world = World("UTC", lambda _: board, **limits)
    world.tell()
    start = NOW - NOW % MINUTE - MINUTE
    for number in range(queues):
        board.take_row(
            0,
            PaneRow(
                "demo", f"q-{number:05}", "voice", start, 1, {Cell.OFFERED: 1, Cell.ANSWERED: 1}
            ),
        )
    return world, board


async def asked(world: World, path: str, key: str = "reader", **query: str) -> httpx.Response:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(world.app), base_url="http://api.test"
    ) as client:
        return await client.get(path, params=query, headers={"Authorization": f"Bearer {key}"})


def pages(client: Client, path: str, **query: str) -> list[list[dict[str, Any]]]:
    found = []
    cursor = None
    while True:
        answer = client.get(path, params={**query, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["rows"])
        cursor = answer.json()["next"]
        if cursor is None:
            return found


@pytest.mark.parametrize("limit", [1, 4, 7, 21, 60, 61])
@pytest.mark.parametrize("by", ["queue", "queue,channel", "total"])
def test_pages_of_live_figures_are_the_whole_answer_cut_anywhere(by: str, limit: int) -> None:
    world, _ = wide_world(20)
    client = world.client()
    [whole] = pages(client, "/v1/kpis", kpi=KPIS, by=by)
    cut = pages(client, "/v1/kpis", kpi=KPIS, by=by, limit=str(limit))

    assert [row for page in cut for row in page] == whole
    assert all(len(page) == limit for page in cut[:-1])
    assert 0 < len(cut[-1]) <= limit


def test_a_page_behind_a_queue_that_came_meanwhile_neither_repeats_nor_leaves_out_others() -> None:
    world, board = wide_world(4)
    client = world.client()
    first = client.get("/v1/kpis?kpi=offered&limit=2").json()
    board.take_row(
        0, PaneRow("demo", "q-00000a", "voice", NOW - NOW % MINUTE, 1, {Cell.OFFERED: 1})
    )
    second = client.get(
        "/v1/kpis", params={"kpi": "offered", "limit": "2", "cursor": first["next"]}
    ).json()

    assert [row["queue"] for row in first["rows"] + second["rows"]] == [
        "q-00000",
        "q-00001",
        "q-00002",
        "q-00003",
    ]


def test_a_cursor_is_of_its_question_only() -> None:
    world, _ = wide_world(4)
    client = world.client()
    cursor = client.get("/v1/kpis?kpi=offered&limit=2").json()["next"]

    for path in (
        f"/v1/kpis?kpi=waiting&cursor={cursor}",
        f"/v1/queues?cursor={cursor}",
        "/v1/definitions?cursor=zz",
    ):
        answer = client.get(path)
        assert answer.status_code == 422
        assert "send `next` of the last page" in answer.json()["detail"]
    assert client.get("/v1/kpis?limit=0").status_code == 422


def test_without_a_limit_a_page_has_the_default_and_never_more_than_the_most() -> None:
    world, _ = wide_world(30, rows=10, most_rows=20)
    client = world.client()

    assert [len(page) for page in pages(client, "/v1/kpis", kpi="offered")] == [10, 10, 10]
    assert [len(page) for page in pages(client, "/v1/kpis", kpi="offered", limit="25")] == [20, 10]
    assert [len(page) for page in pages(client, "/v1/queues")] == [10, 10, 10]


def test_csv_of_live_figures_has_all_pages() -> None:
    world, _ = wide_world(30, rows=7)
    text = world.client().get("/v1/kpis?kpi=offered", headers={"Accept": "text/csv"}).text

    assert len(text.splitlines()) == 31


def test_pages_of_queues_and_agents_are_the_whole_answer() -> None:
    world, _ = wide_world(9)
    for number in range(9):
        world.floor.enter(
            f"a-{number}", Entered(NOW - 1000, "busy" if number % 2 else "break", ("q-00001",))
        )
    world.tell()
    leader = Client(world.app, LEADER)
    for path in (
        "/v1/queues",
        "/v1/agents",
        "/v1/agents?state=busy",
        "/v1/agents?agent=a-1,a-3,a-5",
    ):
        name, _, query = path.partition("?")
        parameters = dict([query.split("=")]) if query else {}
        [whole] = pages(leader, name, **parameters)
        assert [
            row for page in pages(leader, name, limit="2", **parameters) for row in page
        ] == whole
        assert len(whole) >= 3


def test_pages_of_definitions_hold_all_versions() -> None:
    world = World()
    answer = world.client().get("/v1/definitions?limit=1").json()

    assert answer["versions"] == []
    assert answer["next"] is None


async def test_a_page_costs_what_it_holds_however_large_the_floor() -> None:
    costs = []
    for queues in (200, 3000):
        world, board = wide_world(queues)
        await asked(world, "/v1/kpis", kpi="offered", limit="10")
        await asked(world, "/v1/queues", limit="10")
        costs.append(board.reads.total())

    assert costs[0] == costs[1]


@pytest.mark.parametrize("path", ["/v1/kpis", "/v1/queues"])
async def test_a_long_answer_hands_the_loop_back(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "STRETCH", 0)
    world, board = wide_world(1000)
    answering = asyncio.create_task(
        asked(world, path, **({"kpi": KPIS} if path == "/v1/kpis" else {}))
    )
    while not answering.done():
        board.turn += 1
        await asyncio.sleep(0)

    assert len((await answering).json()["rows"]) >= 1000
    assert max(board.reads.values()) <= 60


async def test_ten_long_answers_hold_nobody_up_longer_than_one() -> None:
    world, board = wide_world(500)
    answering = [asyncio.create_task(asked(world, "/v1/kpis", kpi=KPIS)) for _ in range(10)]
    await asyncio.wait(answering, return_when=asyncio.FIRST_COMPLETED, timeout=0)
    while not all(task.done() for task in answering):
        board.turn += 1
        await asyncio.sleep(0)

    busy = sorted(board.reads.values())
    assert busy[len(busy) // 2] <= 60
    assert sum(busy) == 5000


async def test_rendering_hands_the_loop_back_and_gives_the_bytes_of_one_go() -> None:
    class Watched(list[Any]):
        turn = 0

        def __iter__(self) -> Any:
            for one in super().__iter__():
                seen[Watched.turn] += 1
                yield one

    seen: Counter[int] = Counter()
    world, _ = wide_world(600)
    rows = Watched((await asked(world, "/v1/kpis", kpi="offered")).json()["rows"])
    rendering = asyncio.create_task(encoded(rows, "next", Turns()))
    while not rendering.done():
        Watched.turn += 1
        await asyncio.sleep(0)

    assert max(seen.values()) <= RENDERED
    assert httpx.Response(200, content=await rendering).json() == {
        "rows": list(rows),
        "next": "next",
    }


def test_history_reads_only_the_queues_of_its_page() -> None:
    world = World()
    noon = NOW - 440_000
    world.floor.put(*(answered(noon - 60_000, 5, 50, f"q-{number:03}") for number in range(50)))
    world.tell()
    client = world.client()
    query = {**SPAN, "interval": "30m", "kpi": "offered,aht"}
    whole = [row for page in pages(client, "/v1/kpis/history", **query) for row in page]
    world.history.tallied.clear()
    cut = [row for page in pages(client, "/v1/kpis/history", limit="10", **query) for row in page]

    assert cut == whole
    assert all(0 < len(queues) <= 8 for queues in world.history.tallied)


def folded_world() -> World:
    world = World(make=lambda steady: Board(Rules(ZoneInfo("UTC"), most_queues=2), steady))
    board = world.board
    noon = NOW - 440_000
    for minute, queue in ((9, "a"), (8, "b"), (7, "c"), (6, "d"), (5, "a")):
        world.floor.put(answered(noon - minute * MINUTE, 10, 50, queue))
    world.floor.put(waiting(NOW - 30_000, "c"))
    world.floor.enter("ann", Entered(noon, "busy", ("c", "d")))
    board.prune(NOW)
    board.take_queue_channels(
        [QueueChannelSpan(("demo", name, "voice"), noon, noon) for name in "abcd"]
    )
    world.tell()
    return world


def test_folded_queues_stand_in_one_row_and_totals_are_exact() -> None:
    client = folded_world().client()
    question = {"kpi": "offered,waiting,agents:busy", "window": "30m"}
    found = {
        (row["queue"], row["kpi"]): row["value"]
        for row in client.get("/v1/kpis", params=question).json()["rows"]
    }

    assert {queue for queue, _ in found} == {"a", "b", OTHER}
    assert [found[queue, "offered"] for queue in ("a", "b", OTHER)] == [2, 1, 3]
    assert [found[OTHER, kpi] for kpi in ("waiting", "agents:busy")] == [1, 1]
    total = client.get("/v1/kpis", params={**question, "by": "total"}).json()["rows"]
    assert [row["value"] for row in total] == [6, 1, 1]
    queues = {row["queue"]: row for row in client.get("/v1/queues").json()["rows"]}
    assert [queues[OTHER][name] for name in ("waiting", "agents", "channels")] == [
        1,
        {"busy": 1},
        ["voice"],
    ]


def test_a_folded_queue_asked_by_name_is_told_where_its_figures_are() -> None:
    client = folded_world().client()
    for path in ("/v1/kpis?queue=a,c", "/v1/stream?queue=c"):
        answer = client.get(path)
        assert answer.status_code == 422
        assert answer.json()["title"] == "Queue not kept apart"
        assert all(
            word in answer.json()["detail"]
            for word in ("c is beyond the 2 queues", OTHER, "MOST_QUEUES", "history")
        )
    [row] = client.get(f"/v1/kpis?queue={OTHER}&kpi=offered&window=30m").json()["rows"]
    assert (row["queue"], row["value"]) == (OTHER, 3)


def test_history_keeps_every_name_and_who_waits_there_now() -> None:
    client = folded_world().client()
    query = {
        **SPAN,
        "interval": "all",
        "kpi": "offered,service_level",
        "waiting_past_threshold": "true",
    }
    found = {
        (row["queue"], row["kpi"]): row
        for row in client.get("/v1/kpis/history", params=query).json()["rows"]
    }

    assert {queue for queue, _ in found} == {"a", "b", "c", "d"}
    assert found["c", "offered"]["value"] == 2
    assert (
        found["c", "service_level"]["denominator"] == 2
    )  # the answered visit, and the one that has waited for longer than 20 s
    refused = client.get("/v1/kpis/history", params={**query, "queue": OTHER})
    assert refused.status_code == 422
    assert "history has each of them by its own name" in refused.json()["detail"]


def test_progress_tells_how_much_is_folded() -> None:
    assert folded_world().client().get("/v1/pipeline").json()["folded"] == {
        "queues": 2,
        "agents": 0,
    }
    assert World().client().get("/v1/pipeline").json()["folded"] == {"queues": 0, "agents": 0}


def test_an_unknown_queue_among_thousands_is_refused_with_the_first_of_them() -> None:
    world, _ = wide_world(3000)
    answer = world.client().get("/v1/kpis?queue=nowhere").json()

    assert "unknown queue: nowhere; known are: q-00000, q-00001" in answer["detail"]
    assert answer["detail"].endswith("q-00199 and 2800 more")
    assert len(answer["known"]) == 200


def test_a_stream_of_too_many_rows_is_refused() -> None:
    world, _ = wide_world(11, most_rows=20)
    answer = world.client().get("/v1/stream?kpi=offered,waiting")

    assert answer.status_code == 422
    assert "has 22 rows and a stream sends at most 20" in answer.json()["detail"]


async def test_a_stream_ends_where_the_floor_outgrows_it() -> None:
    world, board = wide_world(10, most_rows=20)
    query = _live_query(world)
    batches = world.query.of(Streams).follow(query, None)
    first = await anext(batches)
    assert first is not None
    assert len(first.rows) == 20
    board.take_row(0, PaneRow("demo", "q-new", "voice", NOW - NOW % MINUTE, 1, {Cell.OFFERED: 1}))
    world.pulse.beat()

    with pytest.raises(StopAsyncIteration):
        async with asyncio.timeout(5):
            await _after_a_beat(world, batches)


async def _after_a_beat(world: World, batches: Any) -> None:
    following = asyncio.ensure_future(anext(batches))
    await asyncio.sleep(0)
    world.pulse.beat()
    await following


async def test_clients_of_one_long_feed_share_its_refreshing_and_it_rests_some_beats() -> None:
    world, board = wide_world(2000)
    query = _live_query(world)
    streams = world.query.of(Streams)

    async def first_rows() -> list[LiveRow]:
        batch = await anext(streams.follow(query, None))
        assert batch is not None
        return batch.rows

    told = await asyncio.gather(*(first_rows() for _ in range(5)))
    assert [len(rows) for rows in told] == [4000] * 5
    assert board.reads.total() == 2000
    world.pulse.beat()
    await first_rows()
    assert board.reads.total() == 2000
    for _ in range(5):
        world.pulse.beat()
    await first_rows()
    assert board.reads.total() == 4000


def _live_query(world: World) -> Any:
    from floorpulse.query.api.parameters import LiveParameters  # noqa: PLC0415  the question as a route makes it

    return LiveParameters(kpi="offered,waiting").query(world.floors.view("demo"))


def test_readers_see_their_own_tenants_folding_only() -> None:
    world = folded_world()
    stranger = Client(world.app, {**READER, "Authorization": "Bearer stranger"})

    assert stranger.get("/v1/pipeline").json()["folded"] == {"queues": 0, "agents": 0}
