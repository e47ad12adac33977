"""Batches, tempo, answers and what is said of them."""

import asyncio
from collections.abc import AsyncGenerator

import httpx
import pytest
from rich.console import Console

from floorpulse.runtime.tables import show
from floorpulse.simulator.answers import (
    UndeliverableError,
    Warned,
    backoff,
    seconds,
    understood,
    worded,
)
from floorpulse.simulator.domain.truth import FloorTally
from floorpulse.simulator.feed import EventBatch, Remark, SendingReceipt
from floorpulse.simulator.recorded import Line
from floorpulse.simulator.replay import BATCH_BYTES, LULL, Gathering, Tempo, lulled
from floorpulse.simulator.show import floor_table, summary
from tests.fakes.virtual_time import run


def answer(status: int, body: object = None, **options: object) -> httpx.Response:
    content = {"content": options["content"]} if "content" in options else {"json": body}
    request = httpx.Request("POST", "http://floor/v1/events")
    return httpx.Response(status, request=request, **content)  # type: ignore[arg-type]


def test_a_batch_is_full_at_its_number_of_events() -> None:
    gathering = Gathering(2)
    gathering.add((1, b"a"))
    assert gathering.has_room((2, b"b"))

    gathering.add((2, b"b"))

    assert not gathering.has_room((3, b"c"))
    assert gathering.take() == EventBatch((b"a", b"b"), (1, 2))
    assert len(gathering) == 0


def test_a_batch_is_full_at_half_a_mebibyte_but_takes_any_single_line() -> None:
    gathering = Gathering(500)
    assert gathering.has_room((1, b"x" * BATCH_BYTES))

    gathering.add((1, b"x" * (BATCH_BYTES - 10)))

    assert gathering.has_room((2, b"x" * 5))
    assert not gathering.has_room((2, b"x" * 10))


def test_a_batch_halves() -> None:
    assert EventBatch((b"a", b"b", b"c"), (1, 2, 3)).halves() == (
        EventBatch((b"a",), (1,)),
        EventBatch((b"b", b"c"), (2, 3)),
    )


def test_the_tempo_is_the_recorded_pace_times_the_speed() -> None:
    tempo = Tempo(10)

    assert tempo.due(b'{"at":"2026-11-11T00:00:00Z","id":"1"}') == 0
    assert tempo.due(b'{"at":1794355230000}') == 3
    assert tempo.due(b'{"at":"2026-11-11T00:00:30+00:00"}') == 3
    assert tempo.due(b'{"at":1794355190000}') == -1


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b'{"id":"1"}',
        b'{"at":"yesterday"}',
        b'{"at":null}',
        b"\xff",
        b'{"at":"9999-99-99T00:00:00Z"}',
    ],
)
def test_a_line_without_a_readable_instant_is_due_at_once(line: bytes) -> None:
    assert Tempo(1).due(line) == 0


def test_pauses_double_up_to_a_bound_unless_the_server_asks_for_one() -> None:
    assert [backoff(attempt, None) for attempt in (0, 1, 2, 3, 50)] == [0.1, 0.2, 0.4, 0.8, 5.0]
    assert backoff(0, 7.0) == 7.0
    assert backoff(9, 0.0) == 0.1, "a server that asks for no pause is not stormed"


def test_retry_after_is_read_in_seconds_only() -> None:
    assert seconds("3") == 3.0
    assert seconds(None) is None
    assert seconds("Wed, 11 Nov 2026 00:00:00 GMT") is None


def test_all_accepted_and_some_rejected_are_understood() -> None:
    said = understood(
        answer(
            202,
            {
                "accepted": 1,
                "rejected": [{"index": 1, "id": None, "reason": "malformed", "detail": "no JSON"}],
            },
        ),
        2,
    )

    assert (said.accepted, said.rejected[0].reason) == (1, "malformed")


def test_all_rejected_are_understood() -> None:
    problem = {
        "title": "No event was accepted",
        "status": 422,
        "accepted": 0,
        "rejected": [{"index": 0, "reason": "unknown_type", "detail": "?"}],
    }

    assert understood(answer(422, problem), 1).rejected[0].index == 0


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (
            answer(401, {"title": "Unauthorized", "detail": "no such key"}),
            "401 Unauthorized: no such key; check the key",
        ),
        (answer(403, {"title": "Forbidden"}), "scope events:write"),
        (answer(404, content=b"<html>"), "404 Not Found; is that the address"),
        (answer(202, content=b"<html>"), "no Floorpulse would send"),
        (answer(202, {"accepted": 1}), "answered for 1 of 2 events"),
        (answer(202, {"accepted": 1, "rejected": [{"index": 2}]}), "of 2 events"),
        (
            answer(422, {"title": "Unprocessable", "detail": "the batch is empty"}),
            "the batch is empty",
        ),
    ],
)
def test_any_other_answer_says_what_to_do(response: httpx.Response, said: str) -> None:
    with pytest.raises(UndeliverableError) as raised:
        understood(response, 2)

    assert said in str(raised.value)


def test_a_problem_document_is_worded() -> None:
    assert (
        worded(answer(503, {"title": "Kafka is away", "detail": "try later"}))
        == "503 Kafka is away: try later"
    )
    assert worded(answer(502, content=b"\xff")) == "502 Bad Gateway"


def test_a_receipt_keeps_the_first_few_rejections_of_each_reason() -> None:
    receipt = SendingReceipt(accepted=1_990)
    for number in range(1, 10):
        receipt.reject(Remark(number, "malformed", "no JSON"))
    receipt.reject(Remark(10, "unknown_type", "no type 'x'"))

    assert receipt.refused == 10
    assert [told.number for told in receipt.rejections] == [1, 2, 3, 4, 5, 10]
    assert summary(receipt, 2.0).splitlines() == [
        "2,000 events: 1,990 accepted, 10 rejected, 0 not sent; 2.0 s, 1,000 events/s",
        "  malformed: 9",
        *[f"    line {number}: no JSON" for number in range(1, 6)],
        "  unknown_type: 1",
        "    line 10: no type 'x'",
    ]


def test_what_seems_wrong_of_accepted_events_is_told_by_code_with_the_first_line() -> None:
    receipt = SendingReceipt(accepted=3)
    for number in (7, 8, 9):
        receipt.warn(Remark(number, "future", "7,200 s ahead"))

    assert summary(receipt, 1.0).splitlines() == [
        "3 events: 3 accepted, 0 rejected, 0 not sent; 1.0 s, 3 events/s",
        "  accepted, but future: 3, first line 7: 7,200 s ahead",
    ]


def test_warnings_of_an_answer_are_understood() -> None:
    said = {"accepted": 2, "warnings": [{"index": 1, "code": "future", "detail": "ahead"}]}

    assert understood(answer(202, said), 2).warnings == [Warned(1, "future", "ahead")]

    with pytest.raises(UndeliverableError, match="of 1 events"):
        understood(answer(202, said | {"accepted": 1}), 1)


def test_a_floors_tally_is_a_table_even_where_nothing_happened() -> None:
    totals = {
        "chat": FloorTally(),
        "orders": FloorTally(
            offered=2,
            answered=1,
            answered_within=1,
            answered_wait=1_500,
            handled=1,
            handle_time=61_000,
        ),
    }

    cells = [list(column.cells) for column in floor_table(totals).columns]

    assert cells[0] == ["chat", "orders"]
    assert cells[5] == ["–", "100.0%"]
    assert cells[6] == ["–", "1.5 s"]


def test_a_floors_tally_is_told_whole_however_narrow_the_terminal() -> None:
    console = Console(width=30)
    with console.capture() as captured:
        show(
            console,
            floor_table(
                {"a-queue-with-a-long-name": FloorTally(offered=1_234_567, complaints=7_654_321)}
            ),
        )

    assert all(
        word in captured.get()
        for word in ("a-queue-with-a-long-name", "1,234,567", "7,654,321", "complaints")
    )


def test_of_a_pipe_that_stays_open_what_is_there_is_sent_within_a_second() -> None:
    sent: list[float] = []

    async def story() -> float:
        loop = asyncio.get_running_loop()

        async def pipe() -> AsyncGenerator[list[Line], None]:
            yield [(1, b"{}")]
            await asyncio.sleep(60)
            yield [(2, b"{}")]

        async def send() -> None:
            sent.append(loop.time())

        blocks = [block async for block in lulled(pipe(), send)]
        assert blocks == [[(1, b"{}")], [(2, b"{}")]]
        return loop.time()

    assert run(story()) == pytest.approx(60, abs=0.1)
    assert sent == [pytest.approx(LULL, abs=0.01)]
