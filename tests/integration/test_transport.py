"""The transport: which address is connected to, how often a name is asked for, what is sent."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
import pytest

from floorpulse.alerts.domain.notices import Delivery, Verdict
from floorpulse.alerts.notifiers.answers import Answer
from floorpulse.alerts.notifiers.guard import Guard
from floorpulse.alerts.notifiers.rates import Rate, Rates
from floorpulse.alerts.notifiers.transport import (
    Call,
    TimeLimits,
    Transport,
    World,
    _words,
    looked_up,
)
from floorpulse.runtime.clock import monotonic, now_ms
from tests.integration.answering import Said, answering

LOCAL = Guard(loopback=True)
PUBLIC = "8.8.8.8"


class Names:
    """What names lead to; each question counts."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        if not self._answers:
            message = f"no address of {host}:{port}"
            raise OSError(message)
        return self._answers.pop(0)


@asynccontextmanager
async def transport_of(names: Names, guard: Guard = LOCAL) -> AsyncIterator[Transport]:
    one = Transport(
        guard,
        Rates(monotonic),
        TimeLimits(connect=0.5, whole=2),
        ssl.create_default_context(),
        World(now_ms, names),
    )
    try:
        yield one
    finally:
        await one.close()


async def test_the_host_is_named_and_the_address_that_was_judged_is_connected_to() -> None:
    names = Names(["127.0.0.1"])
    async with answering(lambda _: Said(200, b"yes")) as server, transport_of(names) as transport:
        url = f"http://hook.example:{server.port}/a%20b?c=d%2Fe"
        answer = await transport.exchange(Call(url=url, body=b"x"), lambda: True)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body, answer.whole) == (200, b"yes", True)
    (asked,) = server.asked
    assert asked.headers["host"] == f"hook.example:{server.port}"
    assert asked.target == "/a%20b?c=d%2Fe"
    assert names.asked == 1


async def test_a_name_that_leads_to_a_public_and_a_private_address_is_refused() -> None:
    for found in ([PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], ["127.0.0.1", "10.0.0.1"]):
        async with answering(lambda _: Said()) as server, transport_of(Names(found)) as transport:
            url = f"http://hook.example:{server.port}/"
            outcome = await transport.exchange(Call(url=url), lambda: True)
            assert isinstance(outcome, Delivery)
            assert outcome.verdict is Verdict.PERMANENT
            assert server.connections == 0


async def test_a_name_that_changes_after_it_was_judged_changes_nothing() -> None:
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    async with answering(lambda _: Said()) as server, transport_of(names) as transport:
        url = f"http://hook.example:{server.port}/"
        assert isinstance(await transport.exchange(Call(url=url), lambda: True), Answer)
        assert isinstance(await transport.exchange(Call(url=url), lambda: True), Delivery)
        assert server.connections == 1


async def test_where_the_first_address_does_not_connect_the_next_one_is_tried() -> None:
    names = Names(["127.0.0.9", "127.0.0.1"])
    async with answering(lambda _: Said()) as server, transport_of(names) as transport:
        url = f"http://hook.example:{server.port}/"
        assert isinstance(await transport.exchange(Call(url=url), lambda: True), Answer)
        assert len(server.asked) == 1


async def test_a_name_that_nobody_knows_is_tried_again() -> None:
    async with transport_of(Names()) as transport:
        outcome = await transport.exchange(Call(url="https://hook.example/"), lambda: True)
    assert outcome == Delivery(Verdict.TRANSIENT, "the host is not found: OSError")


async def test_a_name_without_an_address_is_tried_again() -> None:
    async with transport_of(Names([])) as transport:
        outcome = await transport.exchange(Call(url="https://hook.example/"), lambda: True)
    assert outcome == Delivery(Verdict.TRANSIENT, "the host is not found: NoAddress")


async def test_the_systems_own_names_are_asked() -> None:
    assert "127.0.0.1" in await looked_up("localhost", 80)
    assert await looked_up("127.0.0.1", 80) == ["127.0.0.1"]


async def test_no_connection_is_kept() -> None:
    names = Names(*[["127.0.0.1"]] * 3)
    async with answering(lambda _: Said()) as server, transport_of(names) as transport:
        call = Call(url=f"http://hook.example:{server.port}/")
        for _ in range(3):
            await transport.exchange(call, lambda: True)
        assert server.connections == 3


async def test_what_was_not_sent_takes_no_place_in_the_rate() -> None:
    names = Names(*[["127.0.0.1"]] * 2)
    async with answering(lambda _: Said()) as server, transport_of(names) as transport:
        url = f"http://hook.example:{server.port}/"
        call = Call(url=url, who="robot", rates=(Rate(1, 60),))
        assert isinstance(await transport.exchange(call, lambda: False), Delivery)
        assert isinstance(await transport.exchange(call, lambda: True), Answer)
        outcome = await transport.exchange(call, lambda: True)
        assert isinstance(outcome, Delivery)
        assert outcome.said == "the channel's rate is used up"
        assert len(server.asked) == 1


@pytest.mark.parametrize("status", [b"100 Continue", b"103 Early Hints"])
async def test_answers_that_announce_others_are_passed_over(status: bytes) -> None:
    raw = b"HTTP/1.1 " + status + b"\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
    names = Names(["127.0.0.1"])
    async with answering(lambda _: Said(raw=raw)) as server, transport_of(names) as transport:
        url = f"http://hook.example:{server.port}/"
        answer = await transport.exchange(Call(url=url), lambda: True)
    assert isinstance(answer, Answer)
    assert answer.status == 204


async def test_a_server_that_speaks_no_tls_is_tried_again() -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    url = f"https://hook.example:{server.sockets[0].getsockname()[1]}/"
    async with server, transport_of(Names(["127.0.0.1"])) as transport:
        outcome = await transport.exchange(Call(url=url), lambda: True)
    assert isinstance(outcome, Delivery)
    assert outcome.verdict is Verdict.TRANSIENT
    assert outcome.said.startswith("no connection: TLS failed")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (httpx.ConnectTimeout("x"), "no connection within its time"),
        (httpx.ReadTimeout("x"), "no answer in time"),
        (httpx.ConnectError("https://secret.example"), "no connection"),
        (httpx.ReadError("https://secret.example"), "the connection broke off (ReadError)"),
    ],
)
def test_what_went_wrong_is_told_without_addresses(wrong: httpx.TransportError, said: str) -> None:
    assert _words(wrong) == said
